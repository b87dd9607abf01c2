"""The parts of every end-to-end test: the real agent, a virtual printer on a pty, a device that the test simulates, a
scrape, and a runner of claims.

Everything is in one temporary directory and on free loopback ports, and ends with the test. No part knows G-code.
"""
import argparse
import collections
import contextlib
import http.client
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import traceback
import tty

FULL = os.environ.get("MARLIN_E2E_FULL", "") not in ("", "0")    # the lengths of a campaign
SHORT = os.environ.get("MARLIN_E2E_SHORT", "") not in ("", "0")  # for programs slowed down by sanitizers
HERE = os.path.dirname(os.path.abspath(__file__))
BUNNY = os.path.join(HERE, "..", "..", "data", "sliced", "mk3s_bunny.gcode")


PATIENCE = 4  # a deadline means failure: a machine that does other things as well may need this many times as long

RESERVED = collections.deque(maxlen=200)  # by free_port, sockets: more than a claim needs at a time


class Failed(Exception):
    """A claim did not hold."""


def expect(condition, text):
    if not condition:
        raise Failed(text)


def wait_until(what, condition, seconds=15, every=0.02):
    """Waits for an event; the deadline means failure, never success. Returns what `condition` returned."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds * PATIENCE} s: {what}")
        time.sleep(every)


def free_port():
    """A loopback port that no test beside this one gets: all reserve theirs by a socket with its number in its name. It
    is below the ports that Linux gives to connections."""
    while True:
        port = random.randrange(10240, 32768)
        reservation = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe, contextlib.suppress(OSError):
            reservation.bind(f"\0marlin-test-port-{port}")
            probe.bind(("127.0.0.1", port))
            RESERVED.append(reservation)
            return port
        reservation.close()


# ------------------------------------------------------------------------------------------------------------- processes
class Process:
    """A child in its own session; its output goes to a file that is shown when a claim fails."""

    def __init__(self, directory, name, command, **options):
        self.name = name
        self.log_path = os.path.join(directory, name + ".log")
        self.log = open(self.log_path, "ab")
        self.child = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
                                      **options)

    def is_running(self):
        return self.child.poll() is None

    def signal(self, number):
        self.child.send_signal(number)

    def stop(self, seconds=10):
        """SIGTERM, and SIGKILL if that does not end it. Returns the seconds that it took and the exit status."""
        began = time.monotonic()
        if self.is_running():
            self.child.terminate()
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        return time.monotonic() - began, self.child.returncode

    def private_bytes(self):
        """Written pages, anonymous or of a shared mapping."""
        with open(f"/proc/{self.child.pid}/smaps_rollup", encoding="ascii") as file:
            rows = [line.split() for line in file]
        return sum(int(row[1]) << 10 for row in rows if row[0] in ("Private_Dirty:", "Shared_Dirty:"))

    def output(self):
        self.log.flush()
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()


class Agent(Process):
    """build/release/marlin-agent run, with one printer called `mk3`."""

    def __init__(self, rig, device, *arguments, config=None, **options):
        self.port = free_port()
        self.runtime = os.path.join(rig.directory, "run")
        self.host_port = os.path.join(self.runtime, "mk3")
        self.state = os.path.join(rig.directory, "state")
        for folder in (self.runtime, self.state):
            os.makedirs(folder, exist_ok=True)
        command = [rig.agent, "run", "--runtime-dir", self.runtime, "--state-dir", self.state,
                   "--web.listen-address", f"127.0.0.1:{self.port}", *arguments]
        if config:
            command += ["--config", config]
        else:
            command += ["--printer", f"mk3={device}"]
        super().__init__(rig.directory, "agent", command, **options)

    def scrape(self):
        """At a start the web server comes behind the lines: waits for it."""
        deadline = time.monotonic() + 10 * PATIENCE
        while True:
            try:
                return Metrics(self.get("/metrics")[1].decode("utf-8"))
            except ConnectionRefusedError:
                if not self.is_running() or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def wait_for_metrics(self, what, condition, seconds=15):
        """Until a scrape fulfils `condition`, and returns that one: what happened shows in a later scrape."""
        def fulfils():
            metrics = self.scrape()
            return metrics if condition(metrics) else None
        return wait_until(what, fulfils, seconds)

    def get(self, path, timeout=10 * PATIENCE):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait_for_port(self, seconds=20):
        wait_until("the host port is there", lambda: self.is_running() and os.path.exists(self.host_port), seconds)

    def wait_for_web(self, seconds=10):
        def answers():
            try:
                return self.get("/metrics")[0] == 200
            except OSError:
                return False
        wait_until("the web server answers", answers, seconds)

    def wait_for_up(self, seconds=40, printer="mk3"):
        """Until the printer answers, is identified and reports: the agent has sent its first queries."""
        self.wait_for_web()

        def settled():
            metrics = self.scrape()
            return (metrics.value("marlin_up", printer=printer) == 1 and metrics.has("marlin_printer_info", printer=printer)
                    and metrics.has("marlin_temperature_celsius", printer=printer))
        wait_until("marlin_up is 1, the printer identified and its temperatures present", settled, seconds, every=0.1)


class VirtualPrinter(Process):
    """printer-on-pty: the virtual printer in real time behind a link that replaces its device."""

    def __init__(self, rig, firmware, *arguments, name="printer"):
        self.device = os.path.join(rig.directory, name + ".tty")
        self.executed_path = os.path.join(rig.directory, name + ".executed")
        self.transcript_path = os.path.join(rig.directory, name + ".jsonl")
        command = [rig.printer, "--firmware", firmware, "--link", self.device, "--executed", self.executed_path,
                   "--transcript", self.transcript_path, *arguments]
        super().__init__(rig.directory, name, command, stdin=subprocess.PIPE)
        wait_until("the virtual printer's device is there", lambda: os.path.exists(self.device))

    def command(self, command):
        """One command of its console, for example "unplug"; returns when it was executed."""
        before = self.output().count("\n")
        self.child.stdin.write(command.encode() + b"\n")
        self.child.stdin.flush()
        wait_until(f"the printer executed {command!r}", lambda: self.output().count("\n") > before)
        answer = self.output().splitlines()[-1]
        expect(not answer.startswith("error"), answer)
        return answer

    # The files are complete only after stop().
    def executed(self):
        """(number, text) of every executed line, in order; number -1: unnumbered."""
        lines = []
        with open(self.executed_path, encoding="latin-1") as file:
            for line in file.read().splitlines():
                number, _, text = line.partition(" ")
                lines.append((int(number), text.rstrip()))
        return lines

    def wire(self):
        """Every piece that it read or sent, in order: ("tx", bytes) came to it, ("rx", bytes) left it."""
        with open(self.transcript_path, encoding="utf-8") as file:
            records = (json.loads(line) for line in file)
            return [(record["dir"], record["data"].encode("latin-1")) for record in records
                    if record["dir"] in ("tx", "rx")]


class RawDevice:
    """A pty whose master the test holds: it simulates the printer byte by byte, and may disappear at any byte."""

    def __init__(self, rig, name="raw"):
        self.path = os.path.join(rig.directory, name + ".tty")
        self.master = self.slave = None
        self.plug()

    def plug(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        temporary = self.path + ".new"
        os.symlink(os.ttyname(self.slave), temporary)
        os.replace(temporary, self.path)

    def unplug(self):
        os.unlink(self.path)
        for descriptor in (self.master, self.slave):
            os.close(descriptor)
        self.master = self.slave = None

    def close(self):
        if self.master is not None:
            self.unplug()

    def read(self, seconds=0.0):
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            return os.read(self.master, 65536) if ready else b""
        except BlockingIOError:
            return b""

    def read_until(self, wanted, seconds=10):
        data = b""
        end = time.monotonic() + seconds * PATIENCE
        while wanted not in data:
            expect(time.monotonic() < end, f"{wanted!r} never reached the printer, only {data[-300:]!r}")
            data += self.read(0.1)
        return data

    def write(self, data):
        """Writes as much as the line accepts now; returns how much that was."""
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0

    def answer_like_a_printer(self, seconds, ended=None, heard=None):
        """A minimal printer for that long, or until the event `ended`: each line gets ok, M105 its temperatures. The list
        `heard` gets the lines."""
        end = time.monotonic() + seconds
        pending = b""
        while time.monotonic() < end and not (ended and ended.is_set()):
            pending += self.read(0.05)
            while b"\n" in pending:
                line, pending = pending.split(b"\n", 1)
                if heard is not None:
                    heard.append(line)
                if b"M115" in line:
                    self.write(b"FIRMWARE_NAME:Marlin 2.1.2 (Github) SOURCE_CODE_URL:x PROTOCOL_VERSION:1.0 "
                               b"MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1\nCap:AUTOREPORT_TEMP:0\nok\n")
                elif b"M105" in line:
                    self.write(b"ok T:21.5 /0.0 B:20.5 /0.0 @:0 B@:0\n")
                elif line.strip():
                    self.write(b"ok\n")


class HostPort:
    """The host's end of the agent's port, raw."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        settings = termios.tcgetattr(self.descriptor)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(self.descriptor, termios.TCSANOW, settings)
        self.hung_up = False

    def read(self, seconds=0.0):
        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        if not ready:
            return b""
        try:
            data = os.read(self.descriptor, 65536)
            self.hung_up = self.hung_up or not data
            return data
        except BlockingIOError:
            return b""
        except OSError:
            self.hung_up = True
            return b""

    def read_until(self, wanted, seconds=10):
        data = b""
        end = time.monotonic() + seconds * PATIENCE
        while wanted not in data:
            if time.monotonic() > end or self.hung_up:
                raise Failed(f"{wanted!r} never came from the host port, only {data[-300:]!r}")
            data += self.read(0.1)
        return data

    def write(self, data):
        try:
            return os.write(self.descriptor, data)
        except BlockingIOError:
            return 0

    def close(self):
        os.close(self.descriptor)


# --------------------------------------------------------------------------------------------------------------- metrics
SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """One scrape."""

    def __init__(self, text):
        self.text = text
        self.samples = []
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            match = SAMPLE.match(line)
            expect(match, f"no sample line: {line!r}")
            labels = dict(LABEL.findall(match.group(2) or ""))
            self.samples.append((match.group(1), labels, float(match.group(3))))

    def all(self, name, **labels):
        return [value for sample, has, value in self.samples
                if sample == name and all(has.get(key) == wanted for key, wanted in labels.items())]

    def has(self, name, **labels):
        return bool(self.all(name, **labels))

    def value(self, name, **labels):
        """The one value, or the sum over several series; None if absent."""
        values = self.all(name, **labels)
        return sum(values) if values else None

    def names(self):
        return {name for name, _, _ in self.samples}


def promtool_finds_nothing(agent):
    check = subprocess.run(["promtool", "check", "metrics"], input=agent.get("/metrics")[1], capture_output=True,
                           check=False)
    expect(check.returncode == 0, "promtool: " + (check.stdout + check.stderr).decode()[:2000])


# Gauges whose values come from the printer: none of them may be exported while marlin_up is 0.
PRINTER_REPORTED = ("marlin_temperature_celsius", "marlin_temperature_target_celsius", "marlin_heater_duty_ratio",
                    "marlin_fan_speed_rpm", "marlin_fan_duty_ratio", "marlin_axis_position_meters",
                    "marlin_feedrate_ratio", "marlin_flow_ratio", "marlin_print_progress_ratio",
                    "marlin_print_remaining_seconds", "marlin_print_change_remaining_seconds",
                    "marlin_print_position_bytes", "marlin_print_size_bytes", "marlin_nozzle_diameter_meters",
                    "marlin_mmu_slot")


# ---------------------------------------------------------------------------------------------------------------- runner
class Rig:
    """The environment of a test: programs under test, a directory, and the processes to end."""

    def __init__(self, arguments):
        self.agent = os.path.abspath(arguments.agent)
        self.printer = os.path.abspath(arguments.printer)
        self.directory = tempfile.mkdtemp(prefix="marlin-e2e-")
        self.started = []

    def start_agent(self, device, *arguments, **options):
        return self.keep(Agent(self, device, *arguments, **options))

    def start_printer(self, firmware, *arguments, **options):
        return self.keep(VirtualPrinter(self, firmware, *arguments, **options))

    def raw_device(self, **options):
        return self.keep(RawDevice(self, **options))

    def keep(self, thing):
        self.started.append(thing)
        return thing

    def end(self, failed):
        """Returns whether the claim failed, now or before."""
        for thing in reversed(self.started):
            try:
                (thing.stop if isinstance(thing, Process) else thing.close)()
            except OSError:
                pass
            except Failed as reason:
                print(f"     {reason}")
                failed = True
        if failed:
            for thing in self.started:
                if hasattr(thing, "output"):
                    print(f"---- {thing.name}, last lines\n{thing.output()[-4000:]}", flush=True)
        shutil.rmtree(self.directory, ignore_errors=True)
        return failed


CLAIMS = []


def claim(text):
    """Marks a function(rig, options) as the test of one claim."""
    def mark(function):
        CLAIMS.append((text, function))
        return function
    return mark


def run_claims(add_options=lambda parser: None):
    """Runs every claim of the script in a new rig; exit status 1 if one did not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", required=True, help="the marlin-agent program")
    parser.add_argument("--printer", required=True, help="the printer-on-pty program")
    parser.add_argument("--only", default="", help="run the claims that contain this text")
    add_options(parser)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    status = 143
    try:
        status = run_all(options)
    finally:
        sys.stdout.flush()
        os._exit(status)  # a Printrun thread that a failed claim left behind must not keep the test alive


def run_all(options):
    lost = 0
    for text, function in CLAIMS:
        if options.only not in text:
            continue
        began = time.monotonic()
        rig = Rig(options)
        failed = True
        try:
            function(rig, options)
            failed = False
        except Failed as reason:
            print(f"     {reason}")
        except Exception:
            traceback.print_exc(file=sys.stdout)
        finally:
            failed = rig.end(failed)
        print(f"{'FAIL' if failed else 'ok  '} {text} ({time.monotonic() - began:.1f} s)", flush=True)
        lost += failed
    return 1 if lost else 0
