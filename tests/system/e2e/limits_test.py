"""Too few file descriptors, threads or memory: a sentence and an exit status, or less service, but never an abort."""
import contextlib
import glob
import os
import re
import resource
import signal
import socket
import time

from rig import Agent, HostPort, claim, expect, run_claims, wait_until

DESCRIPTORS = range(5, 26)
# From a start that fails early to one that has everything. Too little for the program loader itself is no case.
MEGABYTES = (24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 72)


def run_with(rig, kind, limit):
    """Starts the agent with that limit until it has started or ended; returns its exit status."""
    agent = Agent(rig, "/dev/none", preexec_fn=lambda: resource.setrlimit(kind, (limit, limit)))
    wait_until("it has started or ended", lambda: not agent.is_running() or "starts with 1 printer" in agent.output(), 30)
    _, status = agent.stop()
    log = agent.output()
    os.unlink(agent.log_path)
    expect("terminate called" not in log and status >= 0, f"limit {limit}: status {status}: {log[-500:]}")
    started = "starts with 1 printer" in log
    expect(started or re.search(r"^marlin-agent: .{20}", log, re.M), f"limit {limit}: no reason: {log[-500:]}")
    expect(started or status == 75, f"limit {limit}: its status is {status}: {log[-500:]}")
    return status


@claim("a start with too few file descriptors ends with status 75 and the reason, or serves what it can")
def few_descriptors(rig, _):
    statuses = [run_with(rig, resource.RLIMIT_NOFILE, limit) for limit in DESCRIPTORS]
    expect(75 in statuses and statuses[-1] == 0, f"the limits do not try both outcomes: {statuses}")


@claim("a start with too little memory for its threads ends with status 75 and the reason, or serves what it can")
def little_memory(rig, _):
    statuses = [run_with(rig, resource.RLIMIT_AS, megabytes << 20) for megabytes in MEGABYTES]
    expect(75 in statuses and statuses[-1] == 0, f"the limits do not try both outcomes: {statuses}")


@claim("a reload without descriptors or without a thread changes nothing, and the printer and the next reload are served")
def reload_without(rig, _):
    device = rig.raw_device()
    config = os.path.join(rig.directory, "agent.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"[printer.mk3]\ndevice = '{device.path}'\n")
    agent = rig.start_agent(device.path, config=config)
    agent.wait_for_web()
    agent.wait_for_port()
    def ends():
        return agent.output().count("nothing was changed") + agent.output().count("read the configuration again")

    # Without address space a thread may still get the stack of an ended one: then the reload works, or waits for memory.
    for kind, soft in ((resource.RLIMIT_AS, 1 << 20), (resource.RLIMIT_NOFILE, 3)):
        before_it = ends()
        _, hard = before = resource.prlimit(agent.child.pid, kind)
        resource.prlimit(agent.child.pid, kind, (soft, hard))
        agent.signal(signal.SIGHUP)
        if kind == resource.RLIMIT_NOFILE:
            wait_until("the reload ends", lambda: ends() > before_it or not agent.is_running())
        device.answer_like_a_printer(0.5)
        expect(agent.is_running(), f"it ended: {agent.output()[-500:]}")
        resource.prlimit(agent.child.pid, kind, before)
        wait_until("the reload ends, with memory again", lambda: ends() > before_it or not agent.is_running())
        expect(agent.is_running(), f"it ended: {agent.output()[-500:]}")
        reloads = agent.output().count("read the configuration again")
        agent.signal(signal.SIGHUP)
        wait_until("the next reload works", lambda: agent.output().count("read the configuration again") > reloads)
        agent.wait_for_web()


@claim("a running agent without descriptors loses no port that is open, and serves new clients and a replugged printer later")
def runs_without(rig, _):
    device, other = rig.raw_device(), rig.raw_device(name="other")
    config = os.path.join(rig.directory, "agent.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"[printer.mk3]\ndevice = '{device.path}'\n[printer.other]\ndevice = '{other.path}'\n")
    agent = rig.start_agent(None, config=config)
    agent.wait_for_web()
    agent.wait_for_port()
    wait_until("both are open", lambda: agent.scrape().value("marlin_serial_open") == 2)
    host = HostPort(agent.host_port)
    _, hard = before = resource.prlimit(agent.child.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(agent.child.pid, resource.RLIMIT_NOFILE, (3, hard))
    other.unplug()
    other.plug()
    for number in range(20):  # with new clients that cannot be served, of all kinds
        host.write(b"G1 X%d\n" % number)
        device.read_until(b"G1 X%d\n" % number)
        device.write(b"ok\n")
        host.read_until(b"ok")
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(1)
            control.connect(os.path.join(agent.runtime, "control.sock"))
            control.sendall(b"status\n")
        with contextlib.suppress(OSError):
            agent.get("/metrics", timeout=0.1)
        with contextlib.suppress(OSError):
            os.close(os.open(os.path.join(agent.runtime, "other"), os.O_RDWR | os.O_NOCTTY))
    agent.signal(signal.SIGHUP)
    expect(agent.is_running(), f"it ended: {agent.output()[-500:]}")
    resource.prlimit(agent.child.pid, resource.RLIMIT_NOFILE, before)
    agent.wait_for_web()
    wait_until("the other printer is open again", lambda: agent.scrape().value("marlin_serial_open", printer="other") == 1)
    expect(agent.scrape().value("marlin_serial_connects_total", printer="mk3") == 1, "the open port was opened again")
    host.close()


@claim("at rest the agent wakes up less than three times a second")
def rest(rig, _):
    printer = rig.start_printer("prusa-3.13")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()

    def wakeups():
        statuses = [open(path, encoding="ascii").read() for path in glob.glob(f"/proc/{agent.child.pid}/task/*/status")]
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)[1]) for status in statuses)

    def low_rate():
        before = wakeups()
        time.sleep(10)
        rate = (wakeups() - before) / 10
        return rate if rate < 3 else None
    rate = wait_until("it rests", low_rate, 60)
    print(f"     {rate:.1f} a second")


if __name__ == "__main__":
    run_claims()
