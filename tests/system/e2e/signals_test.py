"""SIGTERM ends the agent within a second without disturbing the printer; SIGHUP reloads the configuration."""
import os
import signal
import time

from print_client import PrintClient, load
from rig import BUNNY, PATIENCE, HostPort, Process, claim, expect, run_claims, wait_until

LONGEST_END = 1.0 * PATIENCE


@claim("SIGTERM ends the agent within a second during a print, status 0, and the printer is not reset")
def terminates(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50", "--instant-moves")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    agent.wait_for_port()
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    from printrun import gcoder
    client.startprint(gcoder.LightGCode(load(BUNNY)))
    wait_until("the print runs", lambda: client.lineno > 200, 30)
    seconds, status = agent.stop()
    client.printing = False
    client.disconnect()
    expect(status == 0, f"its status is {status}")
    expect(seconds < LONGEST_END, f"it took {seconds:.2f} s")
    expect(not os.path.lexists(agent.host_port), "its host port's link was left behind")
    printer.stop()
    starts = b"".join(data for direction, data in printer.wire() if direction == "rx").count(b"start\n")
    expect(starts <= 1, "the printer was reset")


@claim("SIGTERM ends it within a second with a host that does not read and 50 open web connections")
def terminates_under_load(rig, _):
    import socket
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    agent.wait_for_web()
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    for _ in range(200):
        device.write(b"echo:something to read\n" * 100)
        device.read()
    sockets = [socket.create_connection(("127.0.0.1", agent.port)) for _ in range(50)]
    for half_open in sockets[::2]:
        half_open.sendall(b"GET /metrics HT")
    seconds, status = agent.stop()
    expect(status == 0 and seconds < LONGEST_END, f"status {status} after {seconds:.2f} s")
    for connection in sockets:
        connection.close()
    host.close()


def write_config(rig, text):
    path = os.path.join(rig.directory, "agent.toml")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return path


def printer_section(name, device):
    return f'[printer.{name}]\ndevice = "{device}"\n'


@claim("SIGHUP adds and removes printers of the file and does not touch the others")
def reloads(rig, _):
    first = rig.start_printer("prusa-3.13", "--speed", "50", name="first")
    second = rig.start_printer("prusa-3.9", "--speed", "50", name="second")
    path = write_config(rig, printer_section("mk3", first.device))
    agent = rig.start_agent(None, config=path)
    agent.wait_for_up()
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    write_config(rig, printer_section("mk3", first.device) + printer_section("other", second.device))
    agent.signal(signal.SIGHUP)
    wait_until("the new printer is up", lambda: agent.scrape().value("marlin_up", printer="other") == 1, 40, 0.1)
    expect(os.path.exists(os.path.join(agent.runtime, "other")), "the new printer has no host port")
    write_config(rig, printer_section("mk3", first.device))
    agent.signal(signal.SIGHUP)
    wait_until("it is gone again", lambda: not agent.scrape().has("marlin_up", printer="other"), 10, 0.1)
    metrics = agent.scrape()
    expect(metrics.value("marlin_serial_connects_total", printer="mk3") == 1, "the first printer was opened again")
    host.write(b"M105\n")
    host.read_until(b"ok T:")
    expect(not host.hung_up, "the first printer's host was disconnected")
    host.close()


@claim("SIGHUP with a wrong file changes nothing, reports where the fault is and shows it on /metrics")
def refuses(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50")
    good = printer_section("mk3", printer.device)
    path = write_config(rig, good)
    agent = rig.start_agent(None, config=path)
    agent.wait_for_up()
    write_config(rig, good + "bauds = 115200\n")
    agent.signal(signal.SIGHUP)
    wait_until("the failed reload shows", lambda: agent.scrape().value("marlin_agent_config_last_reload_successful") == 0,
               10, 0.1)
    expect(agent.scrape().value("marlin_up") == 1, "the running printer was disturbed")
    wait_until("the log names the line and the key", lambda: "bauds" in agent.output() and ":3" in agent.output(), 5)
    write_config(rig, good)
    agent.signal(signal.SIGHUP)
    wait_until("a correct file clears it", lambda: agent.scrape().value("marlin_agent_config_last_reload_successful") == 1, 10,
               0.1)


@claim("a second agent on the same device reports the conflict and does not disturb the first")
def second_agent(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    folder = os.path.join(rig.directory, "other")
    os.makedirs(folder)
    other = rig.keep(Process(rig.directory, "other-agent", [
        rig.agent, "run", "--printer", f"mk3={printer.device}", "--runtime-dir", folder, "--state-dir", folder,
        "--web.listen-address", "127.0.0.1:0"]))
    time.sleep(2)
    metrics = agent.scrape()
    expect(metrics.value("marlin_up") == 1 and metrics.value("marlin_resets_total") in (0, 1), "the first one was disturbed")
    other.stop()


run_claims()
