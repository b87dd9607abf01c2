"""One run of the real program under stress: a host prints through a supervised agent while a plan that is drawn from a
seed stops, kills, restarts and reloads programs, pulls the cable, fills the disk and sets the clock.

The plan is a function of the seed; at which byte each event hits is not, since the machine schedules the programs.
"""
import contextlib
import heapq
import http.client
import importlib.machinery
import importlib.util
import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from chaos_host import HUNG_UP
from chaos_plan import GOOD
from rig import HERE, PATIENCE, Failed, Metrics, Process, expect, wait_until
from scrape_checks import Scrapes
from supervisor import SupervisedAgent

loader = importlib.machinery.SourceFileLoader("judge", os.path.join(HERE, "..", "..", "judge", "judge"))
sys.dont_write_bytecode = True
judge = importlib.util.module_from_spec(importlib.util.spec_from_loader("judge", loader))
loader.exec_module(judge)

BOOT = 5.0  # seconds by which the agent's monotonic clock is moved, so that it does not wait for the printer's boot


class Clock:
    """The offsets of the agent's clocks, read by chaos_clock.c."""

    FORMAT = struct.Struct("=qq")

    def __init__(self, rig):
        self.path = os.path.join(rig.directory, "clock")
        with open(self.path, "w+b") as file:
            file.truncate(mmap.PAGESIZE)
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.offsets = [0.0, 0.0]

    def move(self, wall=0.0, monotonic=0.0):
        self.offsets = [self.offsets[0] + wall, self.offsets[1] + monotonic]
        for place, seconds in enumerate(self.offsets):  # each in one store
            struct.pack_into("=q", self.memory, 8 * place, int(seconds * 1e9))

    def wall(self):
        return time.time() + self.offsets[0]


class SmallDisk:
    """The agent's state directory on a disk that can be filled. Without the right to mount one it is an ordinary folder."""

    SIZE = 1 << 20

    def __init__(self, rig, may_mount):
        self.path = os.path.join(rig.directory, "state")
        self.filler = os.path.join(self.path, "filler")
        os.makedirs(self.path)
        self.mounted = may_mount
        if may_mount:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE},mode=0700", "tmpfs", self.path], check=True)

    def fill(self):
        if not self.mounted:
            return
        with contextlib.suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)

    def free(self):
        with contextlib.suppress(OSError):
            os.unlink(self.filler)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "--lazy", self.path], check=False)


class Scraper:
    """Asks the web server at random moments; it may be away, but what it answers must be right."""

    PATHS = ("/metrics", "/metrics", "/metrics", "/api/v1/printers", "/")

    def __init__(self, agent, plan):
        self.agent, self.plan = agent, plan
        self.scrapes = Scrapes(one_line=not plan.unplugs)
        self.failure = None
        self.sees_print = False  # in the last scrape
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while not self.stopping.wait(self.plan.scrapes.choice((0.0, 0.02, 0.1, 0.2))):
                self.ask(self.plan.scrapes.choice(self.PATHS))
        except Exception as reason:  # a failure in a thread fails the run
            self.failure = reason

    def ask(self, path):
        try:
            status, body = self.agent.get(path)
        except (ConnectionError, http.client.HTTPException):  # killed meanwhile
            return
        expect(status == 200, f"{path} was answered by {status}: {body[:200]!r}")
        if path == "/metrics":
            metrics = Metrics(body.decode("utf-8"))
            self.scrapes.add(metrics)
            self.sees_print = metrics.value("marlin_state", state="printing") == 1
        elif path.startswith("/api"):
            json.loads(body)

    def close(self):
        self.stopping.set()
        self.thread.join()

    def check(self):
        if self.failure:
            raise Failed(f"a scrape: {self.failure!r}")


def threads_of(pid):
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    return []


class Run:
    def __init__(self, rig, plan, clock_library, may_mount):
        self.rig, self.plan = rig, plan
        self.later = []  # (when, number, function): what ends by itself
        self.order = 0
        self.asked = []  # signals that end an instance
        self.clients = []
        self.prints = []  # recordings of the host
        self.queries = 0  # of the agent
        self.scraper = None
        self.disk = rig.keep(SmallDisk(rig, may_mount))
        self.printer = rig.start_printer(plan.firmware, "--speed", "1000", "--instant-moves", "--seed", str(plan.seed),
                                         "--baud-pacing", plan.pacing, *(["--reset-on-open"] if plan.unplugs else []))
        self.clock = Clock(rig)
        self.config = os.path.join(rig.directory, "agent.toml")
        self.configure(plan.configuration)
        environment = {"CHAOS_CLOCK": self.clock.path, "LD_PRELOAD": clock_library} if clock_library else {}
        self.agent = rig.keep(SupervisedAgent(rig, None, "--config", self.config, seed=plan.seed, environment=environment))
        self.host = None

    # --- what happens
    def configure(self, text):
        more = {"speed": "baud = 250000\n", "renamed": ""}.get(text)
        name = "other" if text == "renamed" else "mk3"
        if more is None:
            more = "poll = true\n" + text.replace("{state}", self.disk.path)
        with open(self.config + ".new", "w", encoding="latin-1") as file:
            file.write(f'[printer.{name}]\ndevice = "{self.printer.device}"\n{more}')
        os.replace(self.config + ".new", self.config)

    def pid_of(self, who):
        return self.agent.pid if who == "agent" else {"printer": self.printer, "host": self.host}[who].child.pid

    def after(self, seconds, function):
        self.order += 1
        heapq.heappush(self.later, (time.monotonic() + seconds, self.order, function))

    def signal(self, pid, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def do_stop(self, who, seconds):
        pid = self.pid_of(who)
        self.signal(pid, signal.SIGSTOP)
        self.after(seconds, lambda: self.signal(pid, signal.SIGCONT))

    def do_kill(self):
        """While it works, if it does so within a few milliseconds: it sleeps most of the time."""
        end = time.monotonic() + 0.005
        with contextlib.suppress(OSError), open(f"/proc/{self.agent.pid}/stat", "rb", buffering=0) as stat:
            while b") R " not in os.pread(stat.fileno(), 64, 0) and time.monotonic() < end:
                pass
        self.end_instance(signal.SIGKILL)

    def do_kills(self, *gaps):
        for gap in gaps:
            self.after(gap, self.do_kill)

    def do_restart(self):
        if not self.agent.ready:
            return  # before that, systemd ends no unit by SIGTERM alone
        self.signal(self.agent.pid, signal.SIGCONT)
        self.end_instance(signal.SIGTERM)

    def end_instance(self, number):
        self.agent.check()
        self.asked.append(-number if number == signal.SIGKILL else 0)
        self.agent.restart(number)

    def do_reload(self, text):
        if text in ("speed", "renamed") and not (self.plan.numbered and self.scraper.sees_print):
            return  # only a host's print defers them
        self.configure(text)
        self.reload()

    def reload(self):
        if self.agent.ready:  # systemd reloads no unit that starts
            self.signal(self.agent.pid, signal.SIGHUP)

    def do_pin(self, who, seconds):
        pid, every = self.pid_of(who), os.sched_getaffinity(0)
        self.each_thread(pid, lambda thread: os.sched_setaffinity(thread, {min(every)}))
        self.after(seconds, lambda: self.each_thread(pid, lambda thread: os.sched_setaffinity(thread, every)))

    def do_nice(self, who, seconds):
        pid = self.pid_of(who)
        self.each_thread(pid, lambda thread: os.setpriority(os.PRIO_PROCESS, thread, 19))
        self.after(seconds, lambda: self.each_thread(pid, lambda thread: os.setpriority(os.PRIO_PROCESS, thread, 0)))

    @staticmethod
    def each_thread(pid, function):
        for thread in threads_of(pid):
            with contextlib.suppress(OSError):  # it has ended; back to nice 0 needs a right
                function(thread)

    def do_disk(self, seconds):
        self.disk.fill()
        self.after(seconds, self.disk.free)

    def do_wall(self, seconds):
        self.clock.move(wall=seconds)

    def do_idle_client(self, text):
        with contextlib.suppress(OSError):
            client = socket.create_connection(("127.0.0.1", self.agent.port), timeout=5)
            client.settimeout(0)
            client.send(text)
            self.clients.append(client)

    def do_unplug(self, seconds):
        """Ends the host's print; a second one begins when the printer is back."""
        self.configure(GOOD)  # without a port a wrong file ends the agent
        self.continue_all()
        self.printer.command("unplug")
        self.after(seconds, lambda: self.printer.command("replug"))
        self.until(lambda: not self.host.is_running(), "the host's port hung up")
        expect(self.host.child.returncode == HUNG_UP, "the unplugged host ended with " + self.host_status())
        self.until(lambda: not self.later, "the printer is plugged in again")
        self.agent.wait_for_port()
        self.start_host()

    # --- the run
    def start_host(self):
        number = len(self.prints) + 1
        record = os.path.join(self.rig.directory, f"host-{number}.jsonl")
        plan = {"record": record, "numbered": self.plan.numbered, "window": self.plan.window, "print": number, "least": 60,
                "share": self.plan.share}
        self.prints.append(record)
        self.host = self.rig.keep(Process(self.rig.directory, f"host-{number}", [
            sys.executable, os.path.join(HERE, "chaos_host.py"), self.agent.host_port, json.dumps(plan)], stdin=subprocess.PIPE))

    def host_status(self):
        return f"status {self.host.child.returncode}: {self.host.output()}"

    def turn(self):
        """What is due; then a moment."""
        self.agent.check()
        self.scraper.check()
        while self.later and self.later[0][0] <= time.monotonic():
            heapq.heappop(self.later)[2]()
        time.sleep(0.002)

    def until(self, condition, what):
        deadline = time.monotonic() + 10 * PATIENCE
        while not condition():
            expect(time.monotonic() < deadline, f"not within {10 * PATIENCE} s: {what}")
            self.turn()

    def continue_all(self):
        for who in ("agent", "printer", "host"):
            self.signal(self.pid_of(who), signal.SIGCONT)

    def prepare(self):
        self.agent.wait_for_port()
        if self.plan.waits:
            self.agent.wait_for_web()
            self.clock.move(monotonic=BOOT)
            wait_until("the printer is identified", lambda: self.agent.scrape().has("marlin_printer_info"))

    def play(self):
        """Prints while the plan's events happen."""
        self.prepare()
        self.scraper = self.rig.keep(Scraper(self.agent, self.plan))
        self.start_host()
        began = time.monotonic()
        for at, kind, *detail in self.plan.events:
            self.until(lambda at=at: time.monotonic() >= began + at, "the next event")
            if self.host.is_running():
                getattr(self, "do_" + kind.replace(" ", "_"))(*detail)
        self.until(lambda: not self.later, "all events are over")
        self.continue_all()
        self.host.child.stdin.close()
        self.until(lambda: not self.host.is_running(), "the host ended")
        expect(self.host.child.returncode == 0, "the host ended with " + self.host_status())
        self.scraper.close()
        self.scraper.check()
        self.settle()

    def settle(self):
        """With a right configuration again the last scrape shows the whole truth."""
        self.configure(self.plan.configuration)
        self.until(lambda: self.agent.ready, "the last instance is ready")
        self.reload()
        self.agent.wait_for_web()
        metrics = self.agent.wait_for_metrics("the configuration is read", lambda now: now.value(
            "marlin_agent_config_last_reload_successful") == 1)
        self.scraper.scrapes.add(metrics)
        self.check_counts()
        self.agent.wait_for_metrics("the wall clock's last step shows", lambda now: self.is_now(now.value(
            "marlin_serial_last_receive_timestamp_seconds")))

    def check_counts(self):
        """However often the process ended: the whole print is counted."""
        if self.plan.unplugs:
            return
        wrote = sum(len(data) for direction, data in judge.read_recording(self.prints[0]) if direction == "tx")
        for name, labels in (("marlin_host_receive_bytes_total", {}), ("marlin_serial_transmit_bytes_total", {"origin": "host"})):
            self.agent.wait_for_metrics(f"{name} is {wrote}, as many bytes as the host wrote",
                                        lambda now, name=name, labels=labels: now.value(name, **labels) == wrote)

    def is_now(self, timestamp):
        return timestamp is not None and self.clock.wall() - 60 < timestamp < self.clock.wall() + 0.1

    def end(self):
        self.agent.stop()
        self.printer.stop()
        for client in self.clients:
            client.close()
        allowed = [{status, -signal.SIGKILL} for status in self.asked]
        right = len(self.agent.statuses) == len(allowed)
        right = right and all(status in asked for status, asked in zip(self.agent.statuses, allowed))
        expect(right, f"the instances ended with {self.agent.statuses}, asked for {self.asked}")

    def parts(self):
        """The printer's side, from one unplugging to the next."""
        parts = [[]]
        with open(self.printer.transcript_path, encoding="utf-8") as file:
            for record in map(json.loads, file):
                if record["dir"] == "note":
                    parts.append([])
                else:
                    parts[-1].append((record["dir"], record["data"].encode("latin-1")))
        return parts

    def check_conversation(self):
        """After end(). Returns how many lines the hosts sent."""
        parts = self.parts()
        expect(len(parts) == len(self.prints), f"{len(parts) - 1} times unplugged, {len(self.prints)} prints")
        lines = 0
        for number, (part, record) in enumerate(zip(parts, self.prints), 1):
            one = judge.Judge(cut=number < len(parts))
            found = one.judge(part, judge.read_recording(record))
            expect(not found, f"judge, print {number}: " + "; ".join(found[:5]))
            lines += one.count["host's lines"]
            self.queries += one.count["agent's lines"]
        self.scraper.scrapes.check_temperatures(b"".join(data for part in parts for direction, data in part if direction == "rx"))
        return lines
