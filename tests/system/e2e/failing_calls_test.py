"""One system call fails in a short print: no line is lost or doubled, and the agent ends by no signal.

A library that is loaded before libc counts the calls of a short print (start, lines, scrape, reload, restart with the
descriptor store) and lets one of them fail. Short: a draw of tries; MARLIN_E2E_FULL: every call, of those that come
with each line the first forty and a draw.
"""
import collections
import concurrent.futures
import os
import random
import signal
import struct
import threading
import time

from rig import FULL, Failed, HostPort, Rig, claim, expect, run_claims, wait_until
from supervisor import SupervisedAgent

LINES = 60
ENTRY = struct.Struct("24sQ")  # struct counter of failing_calls.c
FIRST = 40
ABORTS = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}


def short_print(rig, library, call):
    """Prints; returns the counters and the exit statuses. `call`: "NAME NUMBER" of the one that fails, or ""."""
    counts = os.path.join(rig.directory, "counts")
    with open(counts, "wb") as file:
        file.truncate(4096)
    device = rig.raw_device()
    config = os.path.join(rig.directory, "agent.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'[printer.mk3]\ndevice = "{device.path}"\n[record]\ndir = "{rig.directory}/recorded"\n')
    heard, ended = [], threading.Event()
    printer = threading.Thread(target=device.answer_like_a_printer, args=(600, ended, heard), daemon=True)
    printer.start()
    agent = SupervisedAgent(rig, None, "--config", config,
                            environment={"LD_PRELOAD": library, "FAILING_COUNTS": counts, "FAILING_CALL": call})
    agent.may_end = True
    host = None
    try:
        agent.wait_for_port()
        host = HostPort(agent.host_port)
        for number in range(LINES):
            line = b"G1 X%d" % number
            host.write(line + b"\n")
            got = host.read_until(b"ok\n", 5)
            expect(got == b"ok\n", f"{line!r} was answered by {got!r}")
            step(agent, number)
        lines = [line for line in heard if line.startswith(b"G1 ")]
        expect(lines == [b"G1 X%d" % number for number in range(LINES)], f"the printer read {lines}")
        agent.wait_for_web(20)
        agent.check()
    except (Failed, OSError) as reason:
        raise Failed(f"{call}: {reason}; {agent.output()[-1500:]}") from reason
    finally:
        if host:
            host.close()
        agent.stop()
        ended.set()
        printer.join()
    expect(not agent.hung, f"{call}: SIGTERM did not end it")
    expect(not ABORTS & set(agent.statuses), f"{call}: it ended by a signal: {agent.statuses}: {agent.output()[-1500:]}")
    with open(counts, "rb") as file:
        data = file.read()
    read = {name.rstrip(b"\0").decode(): count for name, count in ENTRY.iter_unpack(data[:len(data) // ENTRY.size * ENTRY.size]) if count}
    expect(read, "the library counted nothing")
    return read, agent.statuses


def step(agent, number):
    """What happens in the print."""
    if number == LINES // 4:
        try:
            agent.get("/metrics")
        except OSError:  # the call that failed was the server's
            pass
    elif number == LINES // 2:
        os.kill(agent.pid, signal.SIGHUP)
        wait_until("the reload ends", lambda: "read the configuration again" in agent.output() or "nothing was changed" in
                   agent.output() or agent.instances > 1)
    elif number == 3 * LINES // 4:
        agent.restart()
        agent.may_end = True


def tries_of(counts, seed):
    dice = random.Random(seed)
    tries = []
    for name, count in counts.items():
        if FULL:
            numbers = list(range(1, min(count, FIRST) + 1))
            numbers += dice.sample(range(FIRST + 1, count + 1), min(FIRST, count - FIRST)) if count > FIRST else []
        else:
            numbers = [dice.randint(1, count)]
        tries += [(name, number) for number in numbers]
    dice.shuffle(tries)
    return tries


@claim("whichever system call fails once, no line of a print is lost or doubled, and the agent ends by no signal")
def each_fails_once(rig, options):
    if options.call:
        print("    ", short_print(rig, options.library, options.call))
        return
    began = time.monotonic()
    counts, _ = short_print(rig, options.library, "")
    tries = tries_of(counts, options.seed)
    outcomes = collections.defaultdict(collections.Counter)
    violations = []

    def attempt(name, number):
        if time.monotonic() > began + options.seconds:
            return name, "not tried"
        own = Rig(options)
        try:
            _, statuses = short_print(own, options.library, f"{name} {number}")
            return name, "ended and was started again" if any(statuses) else "went on"
        except Failed as reason:
            violations.append(str(reason))
            return name, "violation"
        finally:
            own.end(False)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, outcome in pool.map(lambda each: attempt(*each), tries):
            outcomes[name][outcome] += 1
    for name, count in counts.items():
        print(f"     {name:14} {count:5} calls: " + ", ".join(f"{times} {what}" for what, times in outcomes[name].items()))
    total = sum(outcomes.values(), collections.Counter())
    print(f"     {len(counts)} functions, {sum(counts.values())} calls, {total.total() - total['not tried']} tries, "
          f"{len(violations)} violations")
    expect(not violations, "\n".join(violations[:options.shown]))


def add_options(parser):
    parser.add_argument("--library", required=True, help="libfailing-calls.so")
    parser.add_argument("--call", default="", help='only this one fails, for example "writev 12"')
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=36000 if FULL else 20, help="begins no further try after that")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--shown", type=int, default=5, help="violations")


run_claims(add_options)
