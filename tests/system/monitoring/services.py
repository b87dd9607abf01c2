"""The services of receivers.yml, as servers here that answer as the real ones do; and receivers.yml pointed at them."""
import base64
import email
import email.policy
import http.server
import os
import socketserver
import threading

from shared import PROMETHEUS, read
from rig import expect
from servers import written

# What each service answers; Telegram's client reads the message that it has sent.
ANSWERS = {"telegram": (200, b'{"ok": true, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}'),
           "slack": (200, b"ok"), "discord": (204, b""), "pagerduty": (202, b'{"status": "success"}'),
           "opsgenie": (202, b"{}"), "ntfy": (200, b"{}"), "own": (200, b"")}


def text_of_mail(message):
    """(subject, text)"""
    message = email.message_from_bytes(message, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return message["Subject"], "".join(part.get_payload(decode=True).decode() for part in parts)


class Services:
    """HTTP services, told apart by the first part of the path, and a mail server."""

    def __init__(self):
        self.received = {}
        self.logins = []  # (user, password) at the mail server
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
                    if verb == "EHLO":
                        self.say("250-mail")
                        self.say("250 AUTH PLAIN")
                        continue
                    if verb == "AUTH":
                        services.logins.append(base64.b64decode(word.split()[2]).decode().split("\0")[1:])
                        self.say("235 welcome")
                        continue
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
