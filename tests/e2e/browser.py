"""Debian's Chromium without a screen, driven by chromedriver over its own protocol (WebDriver), with nothing but Python.

Every request that the page makes and every word on its console is kept, so that a test can ask for them.
"""
import base64
import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request

from rig import Failed, Process, expect, free_port, wait_until

QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB"]


class Browser:
    """One window. Keep it in a rig: stop() ends it and everything that it started."""

    def __init__(self, rig):
        for program in ("chromium", "chromedriver"):
            expect(shutil.which(program), f"{program} is not installed: tests/packages names what the tests need")
        self.profile = tempfile.mkdtemp(prefix="chromium-", dir=rig.directory)
        port = free_port()
        self.driver = rig.keep(Process(rig.directory, "chromedriver", ["chromedriver", f"--port={port}"]))
        self.base = f"http://127.0.0.1:{port}"
        wait_until("chromedriver answers", self.is_ready, 60)
        options = {"binary": shutil.which("chromium"), "args": [*QUIET, f"--user-data-dir={self.profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base += "/session/" + answer["sessionId"]
        rig.keep(self)
        self.ask("POST", "/timeouts", {"script": 60000, "pageLoad": 60000})

    def is_ready(self):
        try:
            return self.ask("GET", "/status")["ready"]
        except (OSError, Failed):
            return False

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Failed(f"{method} {path}: {error.read().decode()[:500]}") from None

    def close(self):
        self.ask("DELETE", "")

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What the script returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """The script calls its last argument with its result."""
        return self.ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def wait_for(self, what, script, seconds=30):
        return wait_until(what, lambda: self.run(script), seconds, 0.1)

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look_like(self, width, height, scheme, phone=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path, whole=True):
        """A PNG of the page, below the window's edge as well."""
        answer = self.devtools("Page.captureScreenshot", captureBeyondViewport=whole)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))
        return os.path.getsize(path)

    def console(self):
        """Everything on the console since the last call, as text."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """The addresses that pages asked for since the last call."""
        addresses = []
        for entry in self.ask("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                addresses.append(message["params"]["request"]["url"])
        return addresses
