"""receivers.yml: Alertmanager accepts it, and each kind of receiver gets a message that an owner understands. Each service is
a server here that answers as the real one does; only addresses and keys of the shipped file are replaced."""
import json
import subprocess
import time
import urllib.parse
import urllib.request

from shared import PROMETHEUS, read
from rig import claim, expect, run_claims, wait_until
from servers import Alertmanager, written
from services import ANSWERS, Services, pointed_at, with_receivers

SUMMARY = "mk3s stopped itself: thermal_runaway"
ALERT = {"labels": {"alertname": "MarlinThermalError", "severity": "critical", "printer": "mk3s", "instance": "pi:11520"},
         "annotations": {"summary": SUMMARY, "description": "Go to the printer."}}


def template_of(path):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["m"][0]


@claim("amtool accepts alertmanager.yml with receivers.yml at its end")
def accepted(rig, _):
    path = written(rig.directory, "alertmanager.yml", with_receivers())
    done = subprocess.run(["amtool", "check-config", path], capture_output=True, text=True, check=False)
    expect(done.returncode == 0, done.stdout + done.stderr)


@claim("each kind of receiver gets the summary of an alert")
def delivered(rig, _):
    services = rig.keep(Services())
    alertmanager = rig.keep(Alertmanager(rig.directory, pointed_at(services, rig.directory))).wait_until_ready()
    alert = ALERT | {"startsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    request = urllib.request.Request(f"http://{alertmanager.address}/api/v2/alerts", json.dumps([alert]).encode(),
                                     {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=20).close()
    everybody = {*ANSWERS, "mail"}
    try:
        wait_until("everybody is notified", lambda: set(services.received) >= everybody, 30, 0.1)
    finally:
        missing = everybody - set(services.received)
        expect(not missing, f"nothing came to {sorted(missing)}: {alertmanager.output()[-3000:]}")
    for name in sorted(everybody - {"ntfy"}):
        path, body = services.received[name][0]
        expect(SUMMARY in body, f"{name} got {path} {body[:1500]}")
    subject = services.received["mail"][0][0]
    expect(subject == f"firing: {SUMMARY}", f"the mail's subject is {subject!r}")
    expect(services.logins[0] == ["printers@example.net", "secret"], f"the login at the mail server was {services.logins}")
    # ntfy's own server fills its template in from the body.
    path, body = services.received["ntfy"][0]
    expect(template_of(path) == "{{range .alerts}}{{.status}}: {{.annotations.summary}}. {{end}}", f"ntfy got {path}")
    expect(f"It is {template_of(path)}\n" in read(PROMETHEUS, "receivers.yml"), "the comment shows another template")
    expect([(each["status"], each["annotations"]["summary"]) for each in json.loads(body)["alerts"]] == [("firing", SUMMARY)], body)
    expect(json.loads(services.received["pagerduty"][0][1])["payload"]["severity"] == "critical", "PagerDuty's severity")
    expect(json.loads(services.received["opsgenie"][0][1])["priority"] == "P1", "Opsgenie's priority")


run_claims()
