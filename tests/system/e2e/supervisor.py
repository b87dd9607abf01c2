"""A replacement for systemd: a notify socket, a descriptor store, and a new process when one has ended.

As systemd does: pending messages in the notify socket are read before the end of a process is handled, descriptors are
kept by name and handed to the next process from 3 on, with LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID.
"""
import contextlib
import fcntl
import os
import random
import select
import signal
import socket
import threading
import time

from rig import PATIENCE, Agent, Failed, free_port

MOST_DESCRIPTORS = 64   # FileDescriptorStoreMax
FIRST_KEPT = 400        # above the descriptors that a child gets


class SupervisedAgent:
    """The agent under this supervisor. `program` may be changed between two instances, as an upgrade does."""

    def __init__(self, rig, device, *arguments, name="mk3", seed=1, environment=None):
        self.rig = rig
        self.program = rig.agent
        self.name = name
        self.port = free_port()
        self.runtime = os.path.join(rig.directory, "run")
        self.host_port = os.path.join(self.runtime, name)
        state = os.path.join(rig.directory, "state")
        for folder in (self.runtime, state):
            os.makedirs(folder, exist_ok=True)
        self.arguments = ["run", "--runtime-dir", self.runtime, "--state-dir", state, "--web.listen-address",
                          f"127.0.0.1:{self.port}", *arguments]
        if device:
            self.arguments += ["--printer", f"{name}={device}"]
        self.environment = environment or {}
        self.statuses = []  # of the instances that ended by themselves
        self.store = {}
        self.random = random.Random(seed)
        self.notify_path = os.path.join(rig.directory, "notify")
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.notify_path)
        self.notify.setblocking(False)
        self.log_path = os.path.join(rig.directory, "agent.log")
        self.pid = self.pipe = self.log = None
        self.instances = 0
        self.kills = 0
        self.without_service = []
        self.status = ""
        self.ready = False  # READY=1 of this instance was read
        self.stopping = threading.Event()
        self.expected_end = False
        self.may_end = False  # at any time, by itself
        self.wanted_kills = 0
        self.delays = (0.0, 0.12)
        self.failure = None
        self.hung = False  # SIGTERM did not end it
        self.killed_at = None
        self.last_message = None  # it is killed when it has sent this
        self.start()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    # --- one instance
    def start(self):
        names = sorted(self.store)
        environment = dict(os.environ, NOTIFY_SOCKET=self.notify_path, FDSTORE=str(MOST_DESCRIPTORS), **self.environment)
        actions = []
        log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        self.pipe, output = os.pipe()
        os.set_blocking(self.pipe, False)
        actions += [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
        for place, name in enumerate(names):
            actions.append((os.POSIX_SPAWN_DUP2, self.store[name], 3 + place))
        if names:
            environment.update(LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=":".join(names))
        script = 'export LISTEN_PID=$$; exec "$0" "$@"'
        self.pid = os.posix_spawn("/bin/sh", ["sh", "-c", script, self.program, *self.arguments], environment,
                                  file_actions=actions, setsid=True)
        os.close(output)
        self.log = log
        self.serves = not names
        self.ready = False
        self.instances += 1
        delay = self.random.uniform(*self.delays)
        self.kill_at = time.monotonic() + delay if self.kills < self.wanted_kills else None

    def watch(self):
        try:
            while not self.stopping.is_set():
                self.step()
        except Exception as reason:  # a failure in a thread fails the test
            self.failure = reason

    def step(self):
        wait = 0.01
        if self.kill_at is not None:
            wait = min(wait, max(0.0, self.kill_at - time.monotonic()))
        select.select([self.notify, self.pipe], [], [], wait)
        self.read_output()
        self.read_notify()
        if self.kill_at is None and self.kills < self.wanted_kills:
            self.kill_at = time.monotonic() + self.random.uniform(*self.delays)
        if self.kill_at is not None and time.monotonic() >= self.kill_at:
            self.kill()
        else:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.statuses.append(os.waitstatus_to_exitcode(status))
                self.ended("by itself")

    def kill(self, number=signal.SIGKILL):
        if self.killed_at is None:
            self.killed_at = time.monotonic()
        os.kill(self.pid, number)
        os.waitpid(self.pid, 0)
        self.kills += 1
        self.kill_at = None
        self.ended("")

    def ended(self, how):
        self.read_output()
        self.read_notify()  # all its messages are read before the next instance begins
        self.close_output()
        if how and not self.stopping.is_set() and not self.expected_end and not self.may_end:
            raise Failed(f"the agent ended {how}, status {self.statuses[-1]}")
        if not self.stopping.is_set():
            self.start()

    def close_output(self):
        for descriptor in (self.pipe, self.log):
            if descriptor is not None:
                os.close(descriptor)
        self.pipe = self.log = None

    def read_output(self):
        try:
            data = os.read(self.pipe, 65536)
        except BlockingIOError:
            return
        os.write(self.log, data)
        if not self.serves and b"resumed " in data:
            self.serves = True
            if self.killed_at is not None:
                self.without_service.append(time.monotonic() - self.killed_at)
                self.killed_at = None

    # --- the descriptor store
    def read_notify(self):
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(self.notify, 4096, 8)
            except BlockingIOError:
                return
            fields = dict(line.split("=", 1) for line in data.decode().splitlines() if "=" in line)
            name = fields.get("FDNAME")
            self.status = fields.get("STATUS", self.status)
            self.ready = self.ready or fields.get("READY") == "1"
            if fields.get("FDSTORE") == "1" and descriptors:
                self.keep(name, descriptors, fields.get("FDPOLL"))
            elif fields.get("FDSTOREREMOVE") == "1":
                self.drop(name)
            else:
                for descriptor in descriptors:
                    os.close(descriptor)
            if data.decode() == self.last_message:
                self.last_message = None
                self.kill_behind_message()

    def kill_behind_message(self):
        """What it sent after the message that was just read is dropped: it could have been killed before."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with contextlib.suppress(BlockingIOError):
            while True:
                for descriptor in socket.recv_fds(self.notify, 4096, 8)[1]:
                    os.close(descriptor)

    def keep(self, name, descriptors, poll):
        if len(descriptors) != 1 or poll != "0" or len(self.store) >= MOST_DESCRIPTORS or name in self.store:
            raise Failed(f"a wrong FDSTORE: {name} {len(descriptors)} {poll}")
        self.store[name] = fcntl.fcntl(descriptors[0], fcntl.F_DUPFD_CLOEXEC, FIRST_KEPT)
        os.close(descriptors[0])

    def drop(self, name):
        if name in self.store:
            os.close(self.store.pop(name))

    # --- for tests
    def check(self):
        if self.failure:
            raise Failed(f"the supervisor: {self.failure!r}")

    def kill_often(self, times, shortest=0.0, longest=0.12):
        """From now on, at random moments; the next instance may be killed before it serves."""
        self.delays = (shortest, longest)
        self.wanted_kills = self.kills + times

    def restart(self, number=signal.SIGTERM):
        """As `systemctl restart` does, when the test wants it."""
        self.expected_end = True
        instances = self.instances
        self.killed_at = time.monotonic()
        with contextlib.suppress(ProcessLookupError):  # it ended by itself, as check() will say
            os.kill(self.pid, number)
        deadline = time.monotonic() + 10 * PATIENCE
        while self.instances == instances:
            self.check()
            if time.monotonic() > deadline:
                raise Failed("the agent did not end")
            time.sleep(0.005)
        self.expected_end = False

    def stop(self):
        if self.notify.fileno() < 0:
            return  # again: the pid may be another process's
        self.stopping.set()
        self.thread.join()
        try:
            os.kill(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + 10 * PATIENCE
            while not os.waitpid(self.pid, os.WNOHANG)[0]:
                if time.monotonic() > deadline:
                    os.kill(self.pid, signal.SIGKILL)
                    self.hung = True
                select.select([self.notify, self.pipe], [], [], 0.01)
                self.read_output()  # it waits while its pipe or the socket is full
                self.read_notify()
        except (ProcessLookupError, ChildProcessError):
            pass
        for descriptor in self.store.values():
            os.close(descriptor)
        self.store.clear()
        self.close_output()
        self.notify.close()
        if self.hung and not self.may_end:
            raise Failed("SIGTERM did not end the agent")

    close = stop

    def output(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    # --- as the rig's Agent does
    def is_running(self):
        return self.failure is None

    get, scrape, wait_for_metrics = Agent.get, Agent.scrape, Agent.wait_for_metrics
    wait_for_port, wait_for_web, wait_for_up = Agent.wait_for_port, Agent.wait_for_web, Agent.wait_for_up
