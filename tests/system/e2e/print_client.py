"""Debian's Printrun as the host program: its printcore class, with every byte that it reads recorded, and the tools to
compare two runs."""
import json
import logging
import re
import time

from printrun import gcoder
from printrun.eventhandler import PrinterEventHandler
from printrun.printcore import PR_EOF, printcore
from serial import SerialException

from rig import PATIENCE, Failed, wait_until

logging.getLogger().setLevel(logging.CRITICAL)  # printcore logs each error line that the noise provokes


class WriteRecorder(PrinterEventHandler):
    """Records what printcore writes, from the opening of its port on."""

    def __init__(self, client):
        self.client = client

    def on_connect(self):
        write = self.client.printer.write

        def recorded_write(data):
            self.client.wire.append(("tx", data))
            return write(data)
        self.client.printer.write = recorded_write


class PrintClient(printcore):
    """printcore, unchanged except that the bytes it reads and writes are recorded."""

    def __init__(self):
        super().__init__()
        self.raw = []
        self.wire = []  # ("tx", bytes) that it wrote, ("rx", bytes) that it read
        self.addEventHandler(WriteRecorder(self))
        self.resends = 0
        self.read_at_m110 = []  # how many reads preceded each M110 that printcore sent: one begins a print, one ends it

    def _readline_nb(self):
        try:
            line = super()._readline_nb()
        except SerialException:
            return PR_EOF  # printcore crashes on this exception; it means that the port closed
        if line:
            self.raw.append(line)
            self.wire.append(("rx", line))
            self.resends += line.startswith(b"Resend")
        return line

    def _send(self, command, lineno=0, calcchecksum=False):
        if command == "M110":
            self.read_at_m110.append(len(self.raw))
        super()._send(command, lineno, calcchecksum)

    def disconnect(self):
        try:
            super().disconnect()
        except RuntimeError:  # the thread of a print that ends now has made its successor and not yet started it
            time.sleep(0.5)
            super().disconnect()

    def last_m110_answered(self):
        return any(line.startswith(b"ok") for line in self.raw[self.read_at_m110[-1]:])

    def save(self, path):
        """As a recording."""
        with open(path, "w", encoding="ascii") as file:
            for direction, data in self.wire:
                file.write(json.dumps({"t_us": 0, "dir": direction, "data": data.decode("latin-1")}) + "\n")

    def connect_and_wait(self, port):
        self.connect(port, 115200)
        wait_until("Printrun is online", lambda: self.online, 30)

    def print_and_wait(self, lines, seconds, while_printing=lambda: None):
        """Prints; returns the bytes read from the start of the print to its end."""
        job = gcoder.LightGCode(lines)
        first = len(self.raw)
        m110s = len(self.read_at_m110)
        if not self.startprint(job):
            raise Failed("Printrun did not start the print")
        deadline = time.monotonic() + seconds * PATIENCE
        while self.printing:
            if time.monotonic() > deadline:
                raise Failed(f"the print hangs at line {self.lineno} of {len(lines)}, clear={self.clear}, "
                             f"last read {b''.join(self.raw[-6:])!r}")
            time.sleep(0.05)
            while_printing()
        # A temperature report may follow the ok, so the last line read decides nothing.
        wait_until("the M110 after the print was answered",
                   lambda: len(self.read_at_m110) == m110s + 2 and self.last_m110_answered())
        time_of_silence(self)
        return b"".join(self.raw[first:])


def time_of_silence(client, seconds=0.3):
    """Waits until nothing came for that long."""
    count = -1
    while count != len(client.raw):
        count = len(client.raw)
        time.sleep(seconds)


def load(path, limit=None):
    """The lines of a sliced file; with `limit` only so many lines and the end (cooling, motors off)."""
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if not line.startswith("; ")]
    if limit and limit < len(lines):
        lines = lines[:limit] + ["M104 S0", "M140 S0", "M107", "M84"]
    return lines


def commands_of(lines):
    """What Printrun sends of these lines: comments stripped, empty ones left out."""
    stripped = (gcoder.gcode_strip_comment_exp.sub("", line).strip() for line in lines)
    return [line for line in stripped if line]


# Heating progress, busy, an MMU that is given up: their number depends on the clock, not on the conversation.
TIMED = re.compile(rb"^(T:\S+ E:\d|echo:busy: |MMU not responding).*\n", re.MULTILINE)


def untimed(stream):
    """A byte stream without the lines whose number depends on the clock."""
    return TIMED.sub(b"", stream.replace(b"\r\n", b"\n"))


def first_difference(a, b):
    lines_a, lines_b = a.splitlines(), b.splitlines()
    for index, (left, right) in enumerate(zip(lines_a, lines_b)):
        if left != right:
            return f"line {index}: {left!r} != {right!r} (before it {lines_a[max(0, index - 3):index]!r})"
    return f"{len(lines_a)} lines != {len(lines_b)} lines, then {(lines_a + lines_b)[min(len(lines_a), len(lines_b)):][:3]!r}"
