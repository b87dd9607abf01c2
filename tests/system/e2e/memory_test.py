"""Memory that the machine does not give: a print in a control group of 16 MB, and the kernel's OOM killer in mid-print.

The agent is in the group, so that the killer chooses it: the unit sets OOMScoreAdjust=-500, here it is +1000. Without the
right to make a group of memory the test is skipped (status 77).
"""
import contextlib
import os
import subprocess
import sys

from chaos import Run
from chaos_plan import GOOD, Plan
from rig import claim, expect, run_claims

LIMIT = 16 << 20
ROOT = "/sys/fs/cgroup"


class MemoryGroup:
    """A group of either version: below this process's own, or of version 2 at the top, since a group with processes has none below."""

    def __init__(self):
        with open("/proc/self/cgroup", encoding="ascii") as file:
            own = {controllers: path for _, controllers, path in (line.strip().split(":", 2) for line in file)}
        old = next((path for controllers, path in own.items() if "memory" in controllers.split(",")), None)
        if old is not None:
            self.parent, self.limit, self.events, self.peak = (
                f"{ROOT}/memory{old}", "memory.limit_in_bytes", "memory.oom_control", "memory.max_usage_in_bytes")
        else:
            self.parent, self.limit, self.events, self.peak = ROOT, "memory.max", "memory.events", "memory.peak"
        self.path = os.path.join(self.parent, f"marlin-e2e-{os.getpid()}")

    def make(self):
        """None, or why there can be none."""
        try:
            os.mkdir(self.path)
            if self.limit == "memory.max" and not os.path.exists(os.path.join(self.path, self.limit)):
                self.write("../cgroup.subtree_control", "+memory")
            self.write(self.limit, str(LIMIT))
        except OSError as reason:
            self.close()
            return f"{reason.strerror}: {reason.filename or self.path}"
        return None

    def write(self, name, text):
        with open(os.path.join(self.path, name), "w", encoding="ascii") as file:
            file.write(text)

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="ascii") as file:
            return file.read()

    def kills(self):
        return int(dict(line.split() for line in self.read(self.events).splitlines())["oom_kill"])

    def start(self, score, *command):
        """A shell command that becomes `command` inside."""
        script = f'echo $$ > {self.path}/cgroup.procs && echo {score} > /proc/self/oom_score_adj && exec "$@"'
        return ["/bin/sh", "-c", script, "sh", *command]

    def close(self):
        with contextlib.suppress(OSError):
            os.rmdir(self.path)


def make_group(rig):
    group = rig.keep(MemoryGroup())
    why_not = group.make()
    expect(why_not is None, why_not)
    return group


class MemoryRun(Run):
    """A run of which the agent is in `group`."""

    def __init__(self, rig, group, seconds, events):
        self.group, self.hog = group, None
        plan = Plan(1)
        plan.firmware, plan.numbered, plan.waits, plan.unplugs, plan.configuration = "prusa-3.9", True, True, False, GOOD
        plan.seconds, plan.events = seconds, events
        wrapper = os.path.join(rig.directory, "agent-in-group")
        with open(wrapper, "w", encoding="ascii") as file:
            file.write(f'#!/bin/sh\necho $$ > {group.path}/cgroup.procs\necho 1000 > /proc/self/oom_score_adj\n'
                       f'exec {rig.agent} "$@"\n')
        os.chmod(wrapper, 0o755)
        rig.agent = wrapper
        super().__init__(rig, plan, "", False)

    def do_oom(self):
        """A program in the group takes memory until the killer has come."""
        self.agent.may_end = True
        before = self.group.kills()
        with subprocess.Popen(self.group.start(0, "tail", "/dev/zero"), stderr=subprocess.DEVNULL) as hog:
            try:
                self.until(lambda: self.group.kills() > before, "the OOM killer came")
            finally:
                hog.kill()
        self.until(lambda: self.agent.ready, "the next instance is ready")

    def check_ends(self):
        expect(set(self.agent.statuses) <= {-9}, f"the instances ended with {self.agent.statuses}")
        return len(self.agent.statuses)


@claim("a print goes on in a control group of 16 MB")
def small_group(rig, _):
    group = make_group(rig)
    run = MemoryRun(rig, group, 3.0, [(at, "kill") for at in (1.0, 2.0)])
    run.play()
    run.end()
    print(f"     {run.check_conversation()} lines, at most {int(group.read(group.peak)) >> 10} kB")
    expect(group.kills() == 0, "the OOM killer came")


@claim("a print goes on when the OOM killer kills the agent")
def oom_kills(rig, _):
    run = MemoryRun(rig, make_group(rig), 4.0, [(1.0 + 0.3 * number, "oom") for number in range(8)])
    run.play()
    run.agent.stop()
    run.printer.stop()
    kills = run.check_ends()
    expect(kills >= 1, f"the agent was killed {kills} times")  # an instance that is not in the group yet is spared
    print(f"     {run.check_conversation()} lines, {kills} times killed")


if __name__ == "__main__":
    memory = MemoryGroup()
    why_not = memory.make()
    memory.close()
    if why_not:
        print(f"skipped: no control group of memory: {why_not}")
        sys.exit(77)
    run_claims()
