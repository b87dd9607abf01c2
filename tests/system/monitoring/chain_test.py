"""The whole way from the printer's serial line to its owner, with the shipped files: agent, Prometheus in agent mode,
remote_write, a second Prometheus that evaluates the alerts, Alertmanager, a web hook."""
import json
import os
import re
import time

from shared import GRAFANA, PROMETHEUS, read
from rig import claim, expect, run_claims, wait_until
from servers import Alertmanager, Hook, Prometheus, changed
from services import Services, pointed_at

SCRAPE = os.path.join(PROMETHEUS, "scrape")
RECEIVING = "--web.enable-remote-write-receiver"
PASSWORD = "  basic_auth: {username: pi-home, password_file: /etc/prometheus/remote-write-password}\n"


def start_sender(rig, receiver, agent):
    return rig.keep(Prometheus(rig.directory, changed(os.path.join(SCRAPE, "push-to-prometheus.yml"), {
        "https://prometheus.example.net/api/v1/write": f"http://{receiver.address}/api/v1/write", PASSWORD: "",
        "localhost:11520": f"127.0.0.1:{agent.port}", "scrape_interval: 10s": "scrape_interval: 1s"}),
        "sender", "--enable-feature=agent"))


@claim("a thermal error from a printer behind NAT reaches its owner by remote_write and Alertmanager")
def wire_to_owner(rig, _):
    hook = rig.keep(Hook())
    alertmanager = rig.keep(Alertmanager(rig.directory, changed(os.path.join(PROMETHEUS, "alertmanager.yml"), {
        "http://localhost:8080/printer-alerts": hook.url})))
    receiver = rig.keep(Prometheus(rig.directory, changed(os.path.join(SCRAPE, "receiver.yml"), {
        "localhost:9093": alertmanager.address, "evaluation_interval: 15s": "evaluation_interval: 1s"}),
        "receiver", RECEIVING))
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    alertmanager.wait_until_ready()
    receiver.wait_until_ready()
    sender = start_sender(rig, receiver, agent)

    def printer_is_seen():
        device.answer_like_a_printer(0.5)
        return receiver.query('marlin_up{site="home"} == 1')
    wait_until("the receiver sees the printer", printer_is_seen, 90, 0)
    expect(sender.is_running(), "the sender ended")
    (labels, _), = receiver.query('marlin_errors_total{kind="thermal_runaway"} == 0')
    expect((labels["job"], labels["instance"]) == ("marlin", "pi-home:11520"), f"it came as {labels}")

    device.write(b"Error:Thermal Runaway, system stopped! Heater_ID: 0\n")
    wait_until("the owner is notified", lambda: hook.received("MarlinThermalError"), 90, 0.2)
    alert, = hook.received("MarlinThermalError")[:1]
    expect(alert["status"] == "firing" and alert["labels"]["severity"] == "critical", f"the notification was {alert}")
    expect(alert["labels"]["printer"] == "mk3" and alert["labels"]["site"] == "home", f"the notification was {alert['labels']}")
    fleet = json.loads(read(GRAFANA, "dashboards", "marlin-fleet.json"))
    shown, = (panel["targets"][0]["expr"] for panel in fleet["panels"] if panel["title"] == "Alerts")
    expect(receiver.query(re.sub(r"\$\w+", ".*", shown)), "the dashboard of the fleet does not show the alert")
    expect(alert["annotations"]["summary"] == "mk3 stopped itself: thermal_runaway", f"the notification was {alert['annotations']}")


@claim("a thermal error reaches its owner by mail, with the printer's name and the cause")
def by_mail(rig, _):
    services = rig.keep(Services())
    alertmanager = rig.keep(Alertmanager(rig.directory, pointed_at(services, rig.directory)))
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    prometheus = rig.keep(Prometheus(rig.directory, changed(os.path.join(SCRAPE, "one-pi.yml"), {
        "localhost:11520": f"127.0.0.1:{agent.port}", "localhost:9093": alertmanager.address,
        "scrape_interval: 5s": "scrape_interval: 1s", "evaluation_interval: 15s": "evaluation_interval: 1s"})))
    alertmanager.wait_until_ready()
    prometheus.wait_until_ready()

    def printer_is_seen():
        device.answer_like_a_printer(0.5)
        return prometheus.query("marlin_up == 1")
    wait_until("Prometheus sees the printer", printer_is_seen, 90, 0)
    device.write(b"Error:Thermal Runaway, system stopped! Heater_ID: 0\n")
    mails = services.received.setdefault("mail", [])
    wanted = "firing: mk3 stopped itself: thermal_runaway"
    wait_until("the owner gets a mail", lambda: wanted in [subject for subject, _ in mails], 90, 0.2)
    text = next(text for subject, text in mails if subject == wanted)
    for words in ("mk3 stopped itself: thermal_runaway", "printer = mk3", "severity = critical", "runbook.md#marlinthermalerror"):
        expect(words in text, f"the mail does not contain {words!r}: {text}")


@claim("samples from the time in which the receiver was down arrive when it is back")
def cut_off(rig, _):
    config = changed(os.path.join(SCRAPE, "receiver.yml"), {})
    receiver = rig.keep(Prometheus(rig.directory, config, "receiver", RECEIVING)).wait_until_ready()
    agent = rig.start_agent(rig.raw_device().path)
    agent.wait_for_web()
    sender = start_sender(rig, receiver, agent)
    receiver.wait_for("up == 1", 90)

    receiver.stop()
    gone = time.time()
    scraped = agent.scrape().value("marlin_agent_scrapes_total", code="200")
    wait_until("the sender kept scraping", lambda: agent.scrape().value("marlin_agent_scrapes_total", code="200") > scraped + 24, 60, 0.5)
    back = time.time()
    rig.keep(Prometheus(rig.directory, config, "receiver", RECEIVING, port=receiver.port)).wait_until_ready()
    span = f"count_over_time(up[{int(back - gone)}s])"
    wait_until("the gap is filled", lambda: sum(count for _, count in receiver.query(span, back)) >= 4, 90, 0.5)
    expect(sender.is_running(), "the sender ended")


run_claims()
