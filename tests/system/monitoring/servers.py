"""The real programs that read the shipped files: Prometheus, Prometheus in agent mode, Alertmanager, and a web hook.

Each has a free loopback port and its own directory, and its configuration is a shipped file: `changed` replaces the
addresses, and fails if the file does not contain them any more.
"""
import http.server
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request

from shared import ROOT, read
from rig import Process, expect, free_port, wait_until

INSTALLED = "/usr/share/marlin-agent/"


def changed(path, replacements):
    """The shipped file `path` with each text replaced by another."""
    text = read(path).replace(INSTALLED, os.path.join(os.path.abspath(ROOT), "packaging") + "/")
    for old, new in replacements.items():
        expect(old in text, f"{os.path.basename(path)} does not contain {old!r}")
        text = text.replace(old, new)
    return text


def answered(url, data=None):
    with urllib.request.urlopen(url, data, timeout=20) as answer:
        return json.load(answer)


def written(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Server(Process):
    """A server program that reports over HTTP when it is ready."""

    def __init__(self, directory, name, command, port=None):
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        super().__init__(directory, name, [part.replace("ADDRESS", self.address) for part in command])

    def wait_until_ready(self):
        def ready():
            expect(self.is_running(), f"{self.name} ended: {self.output()[-2000:]}")
            try:
                with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=5) as answer:
                    return answer.status == 200
            except OSError:
                return False
        wait_until(f"{self.name} is ready", ready, 60, 0.1)
        return self


class Prometheus(Server):
    def __init__(self, directory, config, name="prometheus", *options, port=None):
        self.config = written(directory, name + ".yml", config)
        is_agent = "--enable-feature=agent" in options
        place = "--storage.agent.path" if is_agent else "--storage.tsdb.path"
        super().__init__(directory, name, ["prometheus", f"--config.file={self.config}", "--web.listen-address=ADDRESS",
                                           f"{place}={os.path.join(directory, name)}", *options], port)

    def query(self, expression, at=None):
        """The instant vector (or scalar) as a list of (labels, value). A refused query is a failed claim."""
        fields = {"query": expression} | ({"time": repr(at)} if at is not None else {})
        try:
            data = answered(f"http://{self.address}/api/v1/query", urllib.parse.urlencode(fields).encode())["data"]
        except urllib.error.HTTPError as refusal:
            expect(False, f"{expression!r}: {json.load(refusal).get('error')}")
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(sample["metric"], float(sample["value"][1])) for sample in data["result"]]

    def wait_for(self, expression, seconds=60):
        """Waits until the expression has a result; returns it."""
        return wait_until(f"{self.name} knows {expression}", lambda: self.query(expression), seconds, 0.2)


class Alertmanager(Server):
    def __init__(self, directory, config):
        path = written(directory, "alertmanager.yml", config)
        super().__init__(directory, "alertmanager", [
            "prometheus-alertmanager", f"--config.file={path}", "--web.listen-address=ADDRESS",
            f"--storage.path={os.path.join(directory, 'alertmanager')}", "--cluster.listen-address="])


class Hook:
    """The owner's end: receives what Alertmanager posts."""

    def __init__(self):
        self.alerts = []
        hook = self

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.alerts += body["alerts"]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def received(self, name):
        return [alert for alert in list(self.alerts) if alert["labels"]["alertname"] == name]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
