"""A host that prints: waits until its port exists, sends numbered lines one at a time, and waits for the ok of each.
Ends after its last line, or after the line during which SIGTERM comes. It writes each sent line to standard output;
the last output line is `done: 812 lines, longest wait 0.120 s`, or an error. Usage: host.py PORT [LINES]
"""
import os
import select
import signal
import sys
import termios
import time
import tty

OK_SECONDS = 60  # for a slow machine; a real host waits 30


class Wrong(Exception):
    pass


class Silent(Wrong):
    pass


class Port:
    def __init__(self, path):
        while True:
            try:
                self.file = os.open(path, os.O_RDWR | os.O_NOCTTY)
                break
            except FileNotFoundError:
                time.sleep(0.05)
        tty.setraw(self.file, termios.TCSANOW)
        self.rest = b""

    def line(self, seconds=OK_SECONDS):
        deadline = time.monotonic() + seconds
        while b"\n" not in self.rest:
            if not select.select([self.file], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Silent("no answer")
            data = os.read(self.file, 4096)
            if not data:
                raise Wrong("the port was closed")
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def greet(self):
        """Sets the line number, repeatedly while the printer boots, as hosts do; then reads the remaining answers."""
        for _ in range(12):
            os.write(self.file, numbered(0, b"M110 N0") + b"\n")
            heard_ok = False
            try:
                while True:
                    heard_ok = self.line(1 if heard_ok else 5).startswith(b"ok") or heard_ok
            except Silent:
                if heard_ok:
                    return
        raise Wrong("no ok for M110")

    def ask(self, line):
        os.write(self.file, line + b"\n")
        began = time.monotonic()
        while not (answer := self.line()).startswith(b"ok"):
            if answer.startswith((b"Resend", b"Error", b"start")):
                raise Wrong(answer.decode("ascii", "replace"))
        return time.monotonic() - began


def numbered(number, command):
    line = b"N%d %s" % (number, command)
    checksum = 0
    for byte in line:
        checksum ^= byte
    return line + b"*%d" % checksum


def main():
    port = Port(sys.argv[1])
    enough = []
    signal.signal(signal.SIGTERM, lambda *_: enough.append(True))
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else None
    number, longest = 0, 0.0
    try:
        port.greet()
        while not enough and number != limit:
            number += 1
            # Lines that extrude: without them the agent takes the stream for manual moves.
            command = b"M83" if number == 1 else b"G1 X%d.%d E0.02 F3000" % (number % 200, number % 10)
            line = numbered(number, command)
            print(line.decode(), flush=True)
            longest = max(longest, port.ask(line))
        print(f"done: {number} lines, longest wait {longest:.3f} s", flush=True)
    except (Wrong, OSError) as error:
        print(f"wrong: {error} behind line {number}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
