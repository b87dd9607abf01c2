"""The black box: at an incident the last minutes of the line are in a file that decode reads, and the line notices nothing."""
import json
import os
import subprocess

from rig import HostPort, Failed, claim, expect, run_claims, wait_until


def numbered(number, command):
    line = f"N{number} {command}".encode()
    checksum = 0
    for byte in line:
        checksum ^= byte
    return line + b"*%d\n" % checksum


class Print:
    """A host's print, one line at a time."""

    def __init__(self, host):
        self.host, self.number = host, 0
        for command in ("M110 N0", "M104 S60", "G28", "G92 E0"):
            self.send(command)

    def send(self, command):
        self.host.write(numbered(self.number, command))
        self.host.read_until(b"ok", 60)
        self.number += 1

    def moves(self, count):
        for _ in range(count):
            self.send(f"G1 X{10 + self.number % 50} Y{20 + self.number % 7} Z0.3 E{self.number / 50:.2f} F1200")


def incidents(rig, agent):
    done = subprocess.run([rig.agent, "incidents", "--json", "--state-dir", agent.state], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, f"incidents said {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def wait_for_incident(rig, agent, count=1):
    return wait_until(f"incident {count}", lambda: len(incidents(rig, agent)) >= count and incidents(rig, agent), 40, 0.2)


def is_read_by_decode(rig, incident):
    done = subprocess.run([rig.agent, "decode", incident["file"]], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, f"decode said {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def start(rig, *arguments):
    printer = rig.start_printer("prusa-3.13", "--speed", "20", *arguments)
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    agent.wait_for_port()
    return printer, agent, HostPort(agent.host_port)


@claim("a printer that restarts in mid-print leaves a file with the conversation, and the list names the lines to resume from")
def restart(rig, _):
    printer, agent, host = start(rig)
    work = Print(host)
    work.moves(200)
    printer.command("reset")
    found = wait_for_incident(rig, agent)[0]
    expect(found["incident"] == "restart" and found["printer"] == "mk3", f"{found}")
    expect(found["acknowledged_line"] == work.number - 1, f"{found} with {work.number - 1} acknowledged")
    expect(found["first_candidate_line"] <= found["acknowledged_line"] <= found["last_candidate_line"], f"{found}")
    expect(found["last_candidate_line"] - found["first_candidate_line"] < 32, f"more than planner and buffer: {found}")
    expect(found["commanded_x_millimeters"] == 10 + found["last_candidate_line"] % 50, f"not the end of the last line: {found}")
    expect(found["resume_x_millimeters"] == 10 + (found["first_candidate_line"] - 1) % 50, f"not the end of the line before: {found}")
    expect(found["layer"] == 1 and abs(found["layer_height_millimeters"] - 0.3) < 1e-6, f"{found}")
    expect(found["acknowledged_text"].startswith("G1 X") and abs(found["z_millimeters"] - 0.3) < 1e-6, f"{found}")
    lines = [line["line"] for line in is_read_by_decode(rig, found)]
    sent = numbered(work.number - 1, found["acknowledged_text"]).decode().strip()
    expect(sent in lines and "start" in lines[lines.index(sent):], "the file lacks the end of the print or the restart")
    text = subprocess.run([rig.agent, "incidents", "--state-dir", agent.state], capture_output=True, text=True, timeout=60, check=False).stdout
    expect(text.count("\n") == 2 and f"the last acknowledged line is N{work.number - 1}" in text, text)
    printer.stop()
    executed = [number for number, _ in printer.executed() if number >= 0]
    print(f"     executed up to N{executed[-1]}; candidates N{found['first_candidate_line']} to N{found['last_candidate_line']}", flush=True)
    host.close()


@claim("a power panic, a broken thermistor, a lost device and a host that vanishes are incidents of their own kind")
def kinds(rig, _):
    printer, agent, host = start(rig)
    expected = []
    for command, kind in (("panic", "power_panic"), ("unplug", "device_lost"), (None, "host_vanished"), ("thermistor", "error")):
        Print(host).moves(30)
        if command:
            printer.command(command)
        else:
            host.close()
        expected.append(kind)
        found = wait_for_incident(rig, agent, len(expected))[-1]
        expect(found["incident"] == kind and "print_elapsed_seconds" in found, f"{command}: {found}")
        is_read_by_decode(rig, found)
        if command == "panic":
            printer.command("reset")
        if command == "unplug":
            printer.command("replug")
        if command:
            host.close()
        if kind != "error":
            agent.wait_for_up()
            agent.wait_for_port()
            host = HostPort(agent.host_port)
    printer.stop()


@claim("where no file can be written the line goes on, and the log says why")
def no_disk(rig, _):
    device = rig.raw_device()
    os.makedirs(os.path.join(rig.directory, "state"))
    with open(os.path.join(rig.directory, "state", "incidents"), "w", encoding="ascii"):
        pass
    agent = rig.start_agent(device.path)
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    device.answer_like_a_printer(3)
    device.write(b"Error:Printer halted. kill() called!\n")
    host.read_until(b"kill() called!\n")
    wait_until("the log says why", lambda: "cannot keep the incident in" in agent.output(), 20)
    host.write(b"M117 still here\n")
    device.read_until(b"M117 still here\n")
    expect(agent.scrape().value("marlin_serial_connects_total") == 1, "the device was closed")
    host.close()


@claim("black_box = \"0\" writes nothing")
def switched_off(rig, _):
    device = rig.raw_device()
    config = os.path.join(rig.directory, "agent.toml")
    with open(config, "w", encoding="ascii") as file:
        file.write(f'[printer.mk3]\ndevice = "{device.path}"\nblack_box = "0"\n[printer.other]\ndevice = "/dev/does-not-exist"\n')
    agent = rig.start_agent(device.path, config=config)
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    device.answer_like_a_printer(3)
    device.write(b"Error:Printer halted. kill() called!\n")
    host.read_until(b"kill() called!\n")
    try:
        wait_until("an incident", lambda: incidents(rig, agent), 5, 0.2)
    except Failed:
        return
    raise Failed("an incident was written")


run_claims()
