"""The host program of a chaos run: prints through a port until its standard input ends, and records what it wrote and read.

    chaos_host.py PORT '{"record": FILE, "numbered": true, "window": 4, "print": 1, "least": 100, "share": 0.1}'

Flow control counts oks, as hosts do: at most `window` lines and RING bytes are not acknowledged. Each line exists once, so
that a repeated or exchanged one shows. `share`: of lines that ask for temperatures. Exit status: 0 all acknowledged,
3 the port hung up, 4 an acknowledgement is missing, 5 the printer asked for a line again although no byte was corrupted.
"""
import collections
import json
import random
import select
import sys
import time

from rig import PATIENCE, HostPort

HUNG_UP, HANGS, RESEND = 3, 4, 5
RING = 90       # bytes; an 8-bit printer holds 127, and the agent may add a query and a separator
SILENCE = 5 * PATIENCE


def line_of(plan, number, dice):
    if dice.random() < plan["share"]:
        text = "M105"
    elif number % 50 == 7:
        text = f"M73 P{number % 100} R{100 - number % 100}"
    else:
        text = f"G1 X{number % 200}.{plan['print']} Y{number // 200} F6000"
    if not plan["numbered"]:
        return text.encode() + b"\n"
    body = f"N{number} {text}".encode()
    checksum = 0
    for byte in body:
        checksum ^= byte
    return b"%s*%d\n" % (body, checksum)


class Host:
    def __init__(self, port, plan):
        self.plan = plan
        self.dice = random.Random(plan["print"])
        self.port = HostPort(port)
        self.wire = []
        self.unacknowledged = collections.deque()
        self.unsent = b""
        self.partial = b""
        self.number = 0
        self.heard_at = time.monotonic()
        self.is_ending = False

    def may_send(self):
        if self.unsent or (self.is_ending and self.number > self.plan["least"]):
            return False
        if any(b"M105" in line for line in self.unacknowledged):
            return False  # a line behind it causes one ok too many on Prusa 3.10 and later, and then a line too many
        waiting = sum(map(len, self.unacknowledged))
        return len(self.unacknowledged) < self.plan["window"] and waiting < RING - 35

    def send(self, line):
        self.unacknowledged.append(line)
        self.unsent += line

    def write(self):
        try:
            count = self.port.write(self.unsent)
        except OSError:
            self.save_and_exit(HUNG_UP)
        if count:
            self.wire.append(("tx", self.unsent[:count]))
            self.unsent = self.unsent[count:]

    def read(self):
        data = self.port.read()
        if not data:
            return
        self.heard_at = time.monotonic()
        self.wire.append(("rx", data))
        *lines, self.partial = (self.partial + data).split(b"\n")
        for line in lines:
            if line.startswith(b"ok") and self.unacknowledged:
                self.unacknowledged.popleft()
            elif line.startswith(b"Resend"):
                self.save_and_exit(RESEND)

    def turn(self, seconds):
        """Moves what can be moved; waits for at most that long."""
        writes = [self.port.descriptor] if self.unsent else []
        ends = [] if self.is_ending else [sys.stdin.buffer.fileno()]
        ready, _, _ = select.select([self.port.descriptor, *ends], writes, [], seconds)
        self.is_ending = self.is_ending or bool(ends and ends[0] in ready)
        self.read()
        self.write()
        if self.port.hung_up:
            self.save_and_exit(HUNG_UP)
        if self.unacknowledged and time.monotonic() > self.heard_at + SILENCE:
            self.save_and_exit(HANGS)

    def begin(self):
        """As OctoPrint does, until the printer has booted and answers."""
        hello = b"N0 M110 N0*125\n" if self.plan["numbered"] else b"M110 N0\n"
        self.send(hello)
        again = time.monotonic() + 2 * PATIENCE
        while self.unacknowledged:
            self.turn(0.1)
            if time.monotonic() > again:
                again += 2 * PATIENCE
                self.send(hello)
        self.number = 1

    def print_all(self):
        self.begin()
        while True:
            while self.may_send():
                self.send(line_of(self.plan, self.number, self.dice))
                self.number += 1
                self.write()
            if not self.unacknowledged:
                break
            self.turn(1.0)
        end = time.monotonic() + 0.05  # what comes too much, comes now
        while time.monotonic() < end:
            self.turn(0.05)
        self.save_and_exit(0)

    def save_and_exit(self, status):
        with open(self.plan["record"], "w", encoding="ascii") as file:
            for direction, data in self.wire:
                file.write(json.dumps({"t_us": 0, "dir": direction, "data": data.decode("latin-1")}) + "\n")
        print(f"{self.number} lines, {len(self.unacknowledged)} not acknowledged: {list(self.unacknowledged)[:3]}", flush=True)
        sys.exit(status)


if __name__ == "__main__":
    Host(sys.argv[1], json.loads(sys.argv[2])).print_all()
