"""A printer that never answers and one that disappears in the middle of a line: no wrong value, everything counted;
afterwards the same agent serves a clean print.

Short by default; longer with MARLIN_E2E_FULL.
"""
import time

from misbehaviour import Growth, clean_print_after, no_value, start
from rig import FULL, HostPort, claim, expect, run_claims, wait_until


@claim("a printer that never answers: marlin_up 0, no value, few queries, and the host's lines still pass")
def silent_printer(rig, _):
    device, agent = start(rig)
    host = HostPort(agent.host_port)
    asked = b""
    end = time.monotonic() + (60 if FULL else 15)
    while time.monotonic() < end:
        asked += device.read(0.1)
    lines = asked.count(b"\n")
    expect(lines <= 10, f"{lines} queries to a printer that never answers: {asked[:200]!r}")
    metrics = agent.scrape()
    expect(metrics.value("marlin_up") == 0, "marlin_up is 1")
    no_value(metrics)
    host.write(b"G28 X\n")
    device.read_until(b"G28 X\n")
    host.close()
    clean_print_after(rig, agent, device)


@claim("a device that disappears in the middle of a line leaves no value of that line, however often")
def vanishing(rig, _):
    device, agent = start(rig)
    halves = (b"ok T:21", b"T:199.5 /200.0 B:6", b"Resend: 1", b"echo:busy: proc", b"\xff\xff\xfb\x12", b"o")
    rounds = len(halves) * (10 if FULL else 1)
    growth = None
    for index in range(rounds):
        agent.wait_for_port()
        device.write(halves[index % len(halves)])
        time.sleep(0.1)
        device.unplug()
        wait_until("the agent noticed the loss", lambda: agent.scrape().value("marlin_serial_open") == 0, 10, 0.05)
        no_value(agent.scrape())
        device.plug()
        wait_until("the agent has it again", lambda: agent.scrape().value("marlin_serial_open") == 1, 20, 0.05)
        device.write(b".5 /0.0 B:20.0 /0.0 @:0 B@:0\nk\n")  # would complete a kept first half
        time.sleep(0.2)
        no_value(agent.scrape())
        growth = growth or Growth(agent)
        growth.sample()
    metrics = agent.scrape()
    expect(metrics.value("marlin_serial_disconnects_total") == rounds, "a loss was not counted")
    print(f"     {rounds} times, {growth.check()}")
    clean_print_after(rig, agent, device)


run_claims()
