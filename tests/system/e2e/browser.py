"""Debian's Chromium without a screen, driven by playwright-core in browser.cjs.

Every request of the page and every message on its console is recorded for the tests.
"""
import json
import os
import select
import shutil
import subprocess
from pathlib import Path

from rig import Failed, Process, expect, wait_until

NODE_MODULES = Path(__file__).parents[3] / "build" / "node_modules"


class Browser(Process):
    """One window."""

    def __init__(self, rig):
        for program in ("chromium", "node"):
            expect(shutil.which(program), f"{program} is not installed: tests/run installs what the tests need")
        for package in ("playwright-core", "axe-core"):
            expect((NODE_MODULES / package).exists(), f"no {package} in {NODE_MODULES}: tests/run installs it")
        mine, others = os.pipe()
        super().__init__(rig.directory, "browser", ["node", Path(__file__).with_suffix(".cjs"), str(others)],
                         stdin=subprocess.PIPE, pass_fds=[others], env={**os.environ, "NODE_PATH": NODE_MODULES})
        os.close(others)
        self.answers = open(mine, "rb")
        rig.keep(self)

    def ask(self, what, **values):
        self.child.stdin.write(json.dumps({"do": what, **values}).encode() + b"\n")
        self.child.stdin.flush()
        expect(select.select([self.answers], [], [], 120)[0], f"the browser does not answer {what}")
        line = self.answers.readline()
        expect(line, "the browser ended")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"][:500])
        return answer["value"]

    def stop(self, seconds=10):
        self.child.stdin.close()
        self.answers.close()
        return super().stop(seconds)

    def open(self, url):
        self.ask("open", url=url)

    def open_first(self, url):
        """Opens it as somebody who has never been there: nothing is in the browser's cache."""
        self.ask("forget")
        self.open(url)

    def received(self):
        """(address, bytes with the head as they were sent) of each answer since open_first()."""
        return self.ask("received")

    def run(self, script, *values):
        """What the script returns."""
        return self.ask("run", script=script, values=values)

    def run_async(self, script, *values):
        """The script calls its last argument with its result."""
        return self.ask("run_async", script=script, values=values)

    def wait_for(self, what, script, seconds=30):
        return wait_until(what, lambda: self.run(script), seconds, 0.1)

    def look_like(self, width, height, scheme, phone=False):
        self.ask("look_like", width=width, height=height, scheme=scheme, phone=phone)

    def picture(self, path, whole=True):
        """A PNG of the page, below the window's edge as well. Its size in bytes."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.ask("picture", path=path, whole=whole)
        return os.path.getsize(path)

    def press(self, key):
        """A key of the keyboard, such as "Enter", for the element that has the focus."""
        self.ask("press", key=key)

    def audit(self):
        """What axe-core finds on the page as it is now, one text for each rule."""
        return self.ask("audit")

    def console(self):
        """Everything on the console since the last call, as text."""
        return self.ask("console")

    def requests(self):
        """The addresses that pages requested since the last call."""
        return self.ask("requests")
