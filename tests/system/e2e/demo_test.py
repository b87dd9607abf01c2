"""The demo as its user runs it: in a pipe, on a terminal, and with its address in use."""
import fcntl
import json
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

from rig import PATIENCE, claim, expect, free_port, run_claims, wait_until

LEAVE_SCREEN = b"\x1b[?25h\x1b[?1049l"


def environment(rig, **more):
    """A separate directory for temporary files, which shows what the demo leaves behind."""
    folder = os.path.join(rig.directory, "tmp")
    os.makedirs(folder, exist_ok=True)
    return {"PATH": os.environ["PATH"], "TMPDIR": folder, **more}


def fetched(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.read()
    except OSError:
        return b""


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
    expect(demo.stdout.startswith(b"page:      http://127.0.0.1:"), f"it begins with {demo.stdout[:80]}")
    seen = [line.decode() for line in demo.stdout.splitlines() if line.startswith(b"seen: ")]
    expect(len(seen) == 1 and re.match(r"seen: mk3s: a print, completed, 0:\d\d:\d\d, 0.05 m of filament, [1-9] damaged lines were "
                                       r"sent again, \d+ times? out of moves$", seen[0]), f"it has seen {seen}")
    expect(b"\nnext: marlin-agent demo " in demo.stdout, "nothing to try next")
    expect_clean(rig)


@claim("several printers print at once, each with a summary")
def printers(rig, _):
    demo = subprocess.run([rig.agent, "demo", "--speed", "400", "--printers", "3", "--exit-when-done", "--web.listen-address", "127.0.0.1:0"],
                          env=environment(rig), capture_output=True, timeout=120, check=False)
    expect(demo.returncode == 0 and b"the prints are done" in demo.stdout, f"status {demo.returncode}: {demo.stdout.decode()} {demo.stderr.decode()}")
    seen = re.findall(rb"^seen: (\w+): a print, completed", demo.stdout, re.M)
    expect(seen == [b"mk3s", b"ender", b"mk3"], f"it has seen {seen}")
    expect_clean(rig)


@claim("the demo's history has a print that failed and one that ran out of moves, its printer has an MMU, and Ctrl-C says what was seen")
def history(rig, _):
    port = free_port()
    with subprocess.Popen([rig.agent, "demo", "--speed", "40", "--web.listen-address", f"127.0.0.1:{port}"], env=environment(rig),
                          stdout=subprocess.PIPE) as demo:
        try:
            wait_until("the page answers and the MMU is known", lambda: b"marlin_mmu_info{" in fetched(port, "/metrics"), 60, 0.2)
            # Without the one that runs: at this speed a busy machine lets it run out of moves, too.
            jobs = [job for job in json.loads(fetched(port, "/api/v1/jobs"))["jobs"] if job["result"] != "running"]
            layers = [json.loads(fetched(port, f"/api/v1/layers?print_id={job['id']}"))["layers"] for job in jobs]
        finally:
            demo.send_signal(signal.SIGINT)
            said = demo.stdout.read().decode()
            status = demo.wait(10)
    failed = [job for job in jobs if job["result"] == "failed"]
    expect(len(failed) == 1 and failed[0]["reason"], f"the jobs are {jobs}")
    expect(sum(any(layer.get("underruns") for layer in each) for each in layers) == 1, f"the layers are {layers}")
    expect(status == 0, f"status {status}")
    expect("ended before the print was done\nseen: mk3s: " in said, f"it said {said}")
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
        deadline = time.monotonic() + seconds * PATIENCE
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
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
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
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
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
    expect(said[1].startswith("page:      http://127.0.0.1:") and f":{port}/" not in said[1], f"said {said}")
    expect(status == 0, f"status {status}")
    expect_clean(rig)


run_claims()
