"""The cable: what the agent reports and does when the printer's device disappears and comes back, without a restart."""
import os
import time

from print_checks import check_whole_print
from print_client import PrintClient, load
from rig import BUNNY, PRINTER_REPORTED, HostPort, claim, expect, run_claims, wait_until


def no_stale_gauge(metrics):
    stale = [name for name in PRINTER_REPORTED if metrics.has(name)]
    expect(not stale, f"still exported without a printer: {stale}")


def start(rig, firmware="prusa-3.13"):
    printer = rig.start_printer(firmware, "--speed", "50", "--instant-moves")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    agent.wait_for_port()
    return printer, agent


@claim("unplugged: marlin_up is 0 and no printer gauge is left at the next scrape, the host port hangs up")
def unplugged(rig, _):
    printer, agent = start(rig)
    host = HostPort(agent.host_port)
    host.write(b"M105\n")
    host.read_until(b"ok T:")
    printer.command("unplug")
    metrics = agent.wait_for_metrics("marlin_up is 0", lambda now: now.value("marlin_up") == 0)
    expect(metrics.value("marlin_serial_open") == 0, "marlin_serial_open is still 1")
    no_stale_gauge(metrics)
    expect(metrics.value("marlin_serial_disconnects_total") == 1, "the loss was not counted once")
    wait_until("the host port hung up", lambda: host.read(0.05) == b"" and host.hung_up, 5)
    wait_until("the host port's link is gone", lambda: not os.path.exists(agent.host_port), 5)
    host.close()


@claim("replugged: the same agent has all values again, the host port is back and a print works")
def replugged(rig, _):
    printer, agent = start(rig)
    for _ in range(3):
        printer.command("unplug")
        wait_until("marlin_up is 0", lambda: agent.scrape().value("marlin_up") == 0, 5)
        printer.command("replug")
        agent.wait_for_up()
    agent.wait_for_port()
    expect(agent.scrape().value("marlin_serial_connects_total") >= 4, "the openings were not counted")
    check_whole_print(agent, printer, load(BUNNY, 300), 60)


@claim("unplugged during a print: Printrun sees its port close, the agent keeps running")
def in_mid_print(rig, _):
    printer, agent = start(rig)
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    client.send_now("M110 N-1")
    time.sleep(0.5)
    from printrun import gcoder
    client.startprint(gcoder.LightGCode(load(BUNNY)))
    wait_until("the print runs", lambda: client.lineno > 200, 30)
    printer.command("unplug")
    wait_until("Printrun's reader ended", lambda: not client.read_thread.is_alive(), 10)
    client.printing = False
    client.disconnect()
    no_stale_gauge(agent.wait_for_metrics("marlin_up is 0", lambda now: now.value("marlin_up") == 0))
    printer.command("replug")
    agent.wait_for_up()


@claim("the agent waits for a missing device, and exports no stale value without it")
def late(rig, _):
    device = os.path.join(rig.directory, "late.tty")
    agent = rig.start_agent(device)
    agent.wait_for_web()
    no_stale_gauge(agent.wait_for_metrics("marlin_up is 0", lambda now: now.value("marlin_up") == 0))
    rig.start_printer("prusa-3.9", "--speed", "50", name="late")
    agent.wait_for_up()


run_claims()
