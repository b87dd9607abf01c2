"""receivers.yml: Alertmanager accepts it, and each kind of receiver gets a message that an owner understands. Each service is
a server here that answers as the real one does; only addresses and keys of the shipped file are replaced."""
import email
import http.server
import json
import os
import socketserver
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from shared import PROMETHEUS, read
from rig import claim, expect, run_claims, wait_until
from servers import Alertmanager, written

SUMMARY = "mk3s stopped itself: thermal_runaway"
ALERT = {"labels": {"alertname": "MarlinThermalError", "severity": "critical", "printer": "mk3s", "instance": "pi:11520"},
         "annotations": {"summary": SUMMARY, "description": "Go to the printer."}}
# What each service answers; Telegram's client reads the message that it has sent.
ANSWERS = {"telegram": (200, b'{"ok": true, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}'),
           "slack": (200, b"ok"), "discord": (204, b""), "pagerduty": (202, b'{"status": "success"}'),
           "opsgenie": (202, b"{}"), "ntfy": (200, b"{}"), "own": (200, b"")}


def text_of_mail(message):
    parts = [part for part in email.message_from_bytes(message).walk() if not part.is_multipart()]
    return "", "".join(part.get_payload(decode=True).decode() for part in parts)


class Services:
    """HTTP services, told apart by the first part of the path, and a mail server."""

    def __init__(self):
        self.received = {}
        services = self

        class Web(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                name = self.path.split("/")[1].split("?")[0]
                services.received.setdefault(name, []).append((self.path, body))
                status, answer = ANSWERS[name]
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Mail(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("220 mail ESMTP")
                while word := self.rfile.readline().decode().strip():
                    verb = word.split()[0].upper()
                    if verb == "DATA":
                        self.say("354 go on")
                        lines = iter(self.rfile.readline, b".\r\n")
                        services.received.setdefault("mail", []).append(text_of_mail(b"".join(lines)))
                    self.say("221 bye" if verb == "QUIT" else "250 ok")
                    if verb == "QUIT":
                        return

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

        self.servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web), socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.web, self.mail = (f"127.0.0.1:{server.server_address[1]}" for server in self.servers)

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


def with_receivers():
    """What the head of receivers.yml tells its reader to do."""
    head, mark, _ = read(PROMETHEUS, "alertmanager.yml").partition("receivers:\n")
    expect(mark, "alertmanager.yml has no receivers")
    return head + read(PROMETHEUS, "receivers.yml")


def pointed_at(services, directory):
    """with_receivers with the addresses of the test's services; only those two lines are added that have a default."""
    text = with_receivers()
    keys = {"/etc/prometheus/slack-url": f"http://{services.web}/slack", "/etc/prometheus/pagerduty-key": "k" * 32,
            "/etc/prometheus/opsgenie-key": "key", "/etc/prometheus/mail-password": "secret"}
    replacements = {path: written(directory, os.path.basename(path), content) for path, content in keys.items()}
    replacements |= {
        "smarthost: smtp.example.net:587": f"smarthost: {services.mail}\n    require_tls: false",
        "- bot_token:": f"- api_url: http://{services.web}/telegram\n    bot_token:",
        "https://discord.com/api/webhooks": f"http://{services.web}/discord",
        "- routing_key_file:": f"- url: http://{services.web}/pagerduty\n    routing_key_file:",
        "- api_key_file:": f"- api_url: http://{services.web}/opsgenie/\n    api_key_file:",
        "https://ntfy.sh/my-printers": f"http://{services.web}/ntfy",
        "http://localhost:8080/printer-alerts": f"http://{services.web}/own"}
    for old, new in replacements.items():
        expect(text.count(old) == 1, f"receivers.yml contains {old!r} {text.count(old)} times")
        text = text.replace(old, new)
    return text


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
    # ntfy's own server fills its template in from the body.
    path, body = services.received["ntfy"][0]
    expect(template_of(path) == "{{range .alerts}}{{.status}}: {{.annotations.summary}}. {{end}}", f"ntfy got {path}")
    expect(f"It is {template_of(path)}\n" in read(PROMETHEUS, "receivers.yml"), "the comment shows another template")
    expect([(each["status"], each["annotations"]["summary"]) for each in json.loads(body)["alerts"]] == [("firing", SUMMARY)], body)
    expect(json.loads(services.received["pagerduty"][0][1])["payload"]["severity"] == "critical", "PagerDuty's severity")
    expect(json.loads(services.received["opsgenie"][0][1])["priority"] == "P1", "Opsgenie's priority")


run_claims()
