"""The demo as its user runs it: in a pipe, on a terminal, and with its address in use."""
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time
import urllib.request

from rig import claim, expect, free_port, run_claims

LEAVE_SCREEN = b"\x1b[?25h\x1b[?1049l"


def environment(rig, **more):
    """A separate directory for temporary files, which shows what the demo leaves behind."""
    folder = os.path.join(rig.directory, "tmp")
    os.makedirs(folder, exist_ok=True)
    return {"PATH": os.environ["PATH"], "TMPDIR": folder, **more}


def expect_clean(rig):
    left = os.listdir(os.path.join(rig.directory, "tmp"))
    expect(not left, f"the demo left {left} behind")


@claim("in a pipe the demo prints its whole nut, ends with status 0 and leaves nothing behind")
def in_a_pipe(rig, _):
    demo = subprocess.run([rig.agent, "demo", "--speed", "200", "--exit-when-done", "--web.listen-address", "127.0.0.1:0"],
                          env=environment(rig), capture_output=True, timeout=120, check=False)
    expect(demo.returncode == 0, f"status {demo.returncode}: {demo.stderr.decode()}")
    expect(b"the print is done" in demo.stdout, f"no end of the print in {demo.stdout.decode()}")
    expect(b"\x1b" not in demo.stdout, "an escape sequence in a pipe")
    expect(b"printing" not in demo.stdout.split(b"the print is done")[-1], f"still printing behind the end: {demo.stdout.decode()}")
    expect(b", 0 resends" in demo.stdout.splitlines()[-1], f"resends in {demo.stdout.splitlines()[-1].decode()}")
    expect_clean(rig)


class OnTerminal:
    def __init__(self, rig, port, columns, rows, *more):
        self.seen = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen([rig.agent, "demo", "--web.listen-address", f"127.0.0.1:{port}", *more], stdout=slave,
                                        env=environment(rig, TERM="xterm", NO_COLOR="1"))
        os.close(slave)

    def read_until(self, found, seconds=20):
        deadline = time.monotonic() + seconds
        while not found(self.seen):
            expect(time.monotonic() < deadline, f"not within {seconds} s; the last of it: {self.seen[-600:]!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536)
                except OSError:  # the other side is closed
                    expect(found(self.seen), f"it ended with {self.seen[-600:]!r}")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(5)
        self.read_until(lambda seen: LEAVE_SCREEN in seen)
        return status


@claim("on a terminal the demo draws within its size, serves metrics, and Ctrl-C restores the screen")
def on_a_terminal(rig, _):
    port = free_port()
    demo = OnTerminal(rig, port, 60, 20)
    try:
        demo.read_until(lambda seen: b"printing" in seen)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            expect(b'marlin_up{printer="mk3s"} 1' in answer.read(), "the demo's printer is not up")
        expect(demo.end() == 0, "status after Ctrl-C")
    finally:
        demo.process.kill()
    drawn = demo.seen[:demo.seen.index(LEAVE_SCREEN)]
    expect(re.search(rb"\x1b\[[0-9;]*m", drawn) is None, "colour in spite of NO_COLOR")
    pictures = drawn.split(b"\x1b[H")[1:]
    for line in (line for picture in pictures for line in re.split(rb"\r+\n", picture)):
        text = re.sub(rb"\x1b\[[?0-9;]*[A-Za-z]", b"", line)
        expect(len(text.decode()) <= 60, f"wider than the terminal: {text!r}")
    expect(max(picture.count(b"\n") for picture in pictures) < 20, "higher than the terminal")
    expect_clean(rig)


@claim("on firmware that does not report M73 the M73 lines of the file give progress and remaining time, on the screen too")
def silent_firmware(rig, _):
    port = free_port()
    demo = OnTerminal(rig, port, 80, 24, "--firmware", "marlin-2.1.2-plain", "--speed", "40")
    try:
        demo.read_until(lambda seen: re.search(rb"progress[^\r\n]*[0-9] %", seen), 60)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            metrics = answer.read().decode()
        for family in ('marlin_print_progress_ratio{printer="mk3s",estimator="m73"}',
                       'marlin_print_remaining_seconds{printer="mk3s"}'):
            expect(f"\n{family} " in metrics, f"no {family} in a print that reports its progress")
        expect(demo.end() == 0, "status after Ctrl-C")
    finally:
        demo.process.kill()
    expect_clean(rig)


@claim("if the address is in use the demo says so and takes a free port")
def taken(rig, _):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with subprocess.Popen([rig.agent, "demo", "--web.listen-address", f"127.0.0.1:{port}"], env=environment(rig),
                              stdout=subprocess.PIPE) as demo:
            said = [demo.stdout.readline().decode() for _ in range(3)]
            demo.send_signal(signal.SIGTERM)
            status = demo.wait(5)
    expect("Address already in use; trying a free port" in said[0], f"said {said}")
    expect("http://127.0.0.1:" in said[2] and f":{port}/" not in said[2], f"said {said}")
    expect(status == 0, f"status {status}")
    expect_clean(rig)


run_claims()
