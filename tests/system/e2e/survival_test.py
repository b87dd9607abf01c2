"""A print survives kills of the agent: Debian's Printrun prints a sliced file through an agent that is killed
repeatedly at random moments, with a supervisor that replaces systemd.

Checked: every line is executed once and in order; the host reads, to the byte, what the printer sent without the
answers to the agent; it sees no error and no hang-up; the printer is never opened a second time, so that nothing
resets it.
"""
import json
import os
import signal
import statistics
import time

from print_checks import check_executed, judge, since_print_start, without_injected
from print_client import PrintClient, commands_of, first_difference, load
from rig import BUNNY, FULL, PATIENCE, HostPort, claim, expect, run_claims, wait_until
from supervisor import SupervisedAgent


def begin(rig, options, firmware, *printer_arguments, agent_arguments=()):
    printer = rig.start_printer(firmware, "--speed", "100", "--instant-moves", "--seed", "7", "--baud-pacing", "on",
                                *printer_arguments)
    agent = rig.keep(SupervisedAgent(rig, printer.device, *agent_arguments, seed=options.seed))
    agent.wait_for_up()
    agent.wait_for_port()
    time.sleep(2)  # the first round of queries
    return printer, agent


def report(agent, what):
    gaps = sorted(agent.without_service)
    expect(gaps, "no next instance ever served")
    print(f"     {what}: {agent.kills} kills, {agent.instances} instances; without service {1000 * statistics.median(gaps):.0f} ms "
          f"in the median, {1000 * gaps[-1]:.0f} ms at most", flush=True)


def check_not_opened_again(printer):
    stats = json.loads(printer.command("stats"))
    expect(stats["opens"] == 1, f"the printer's device was opened {stats['opens']} times")


def check_streams(printer, read, commands, firmware, client=None):
    """After printer.stop(). `client`: if there was no noise."""
    wire = printer.wire()
    starts = b"".join(data for direction, data in wire if direction == "rx").count(b"start\n")
    expect(starts <= 1, "the printer was reset")
    check_executed(printer.executed(), commands, firmware)
    if client:
        judge(printer, client)
    meant = without_injected(since_print_start(wire), firmware)
    got = read.replace(b"\r\n", b"\n")
    expect(meant.startswith(got), "the host did not read what the printer sent to it: " +
           first_difference(got, meant[:len(got)]))


def print_under_fire(rig, options, firmware, lines, kills, before=lambda printer: None, printer_arguments=(), while_printing=None):
    printer, agent = begin(rig, options, firmware, *printer_arguments)
    client = PrintClient()
    try:
        client.connect_and_wait(agent.host_port)
        if firmware != "prusa-3.9":
            client.send_now("M110 N-1")
            time.sleep(0.5)
        before(printer)
        agent.kill_often(kills)
        read = client.print_and_wait(lines, options.limit, while_printing or agent.check)
    finally:
        client.disconnect()
    agent.check()
    return printer, agent, client, read


@claim("Printrun prints while the agent is killed repeatedly: every line once and in order, the host's bytes unchanged")
def survives_kills(rig, options):
    lines = load(BUNNY, options.lines)
    printer, agent, client, read = print_under_fire(rig, options, "prusa-3.13", lines, options.kills)
    expect(agent.kills == options.kills, f"only {agent.kills} kills during the print")
    check_not_opened_again(printer)
    printer.stop()
    check_streams(printer, read, commands_of(lines), "prusa-3.13", client)
    report(agent, f"{len(lines)} lines")


def write_config(rig, text):
    path = os.path.join(rig.directory, "agent.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def numbered(text, number):
    return f"{text} {number}\n".encode()


class Flood:
    """Numbered lines both ways at full speed: a kill hits the agent while it works, not while it waits."""

    def __init__(self, device, host):
        self.ends = {"host": [device, host, b"", 0, b"", 0], "printer": [host, device, b"", 0, b"", 0]}

    def pour(self):
        for name, (source, sink, unsent, next_sent, read, next_read) in self.ends.items():
            text = "echo:" if name == "host" else "G1 X"
            # What a host does not read is bounded and lost beyond the bound, which is therefore never reached here.
            if not unsent and next_sent - next_read < 500:
                unsent = b"".join(numbered(text, next_sent + i) for i in range(20))
                next_sent += 20
            if unsent:
                unsent = unsent[source.write(unsent):]
            read += sink.read()
            *lines, read = read.split(b"\n")
            for line in lines:
                wanted = numbered(text, next_read)[:-1]
                expect(line == wanted, f"to the {name}: {line!r} instead of {wanted!r}")
                next_read += 1
            self.ends[name] = [source, sink, unsent, next_sent, read, next_read]

    def lines(self):
        return [end[5] for end in self.ends.values()]


@claim("with both directions full, kill after kill, no byte is lost, doubled or reordered")
def survives_under_load(rig, options):
    device = rig.raw_device()
    config = write_config(rig, f'[printer.mk3]\ndevice = "{device.path}"\npoll = false\n')
    agent = rig.keep(SupervisedAgent(rig, None, "--config", config, seed=options.seed))
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    wait_until("the host is noticed", lambda: agent.scrape().value("marlin_host_connected") == 1)
    flood = Flood(device, host)
    agent.kill_often(options.kills)
    deadline = time.monotonic() + options.limit
    while agent.kills < options.kills or not agent.serves:
        agent.check()
        expect(not host.hung_up, "the host saw a hang-up")
        expect(time.monotonic() < deadline, f"only {agent.kills} kills, lines {flood.lines()}")
        flood.pour()
    before = flood.lines()
    while any(now < then + 2000 for now, then in zip(flood.lines(), before)):  # what was in transit has arrived by then
        expect(time.monotonic() < deadline, f"no progress, lines {flood.lines()}")
        flood.pour()
    host.close()
    report(agent, f"{flood.lines()} lines")


class Answering:
    """A printer that the test simulates line by line: every line except the awaited one is answered."""

    TEMPERATURES = b"ok T:21.5 /0.0 B:20.5 /0.0 @:0 B@:0\n"
    FIRMWARE = b"FIRMWARE_NAME:Marlin 2.1.2 (Github) PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1\nok\n"

    def __init__(self, device):
        self.device = device
        self.read = b""

    def wait_for(self, wanted, seconds=40):
        deadline = time.monotonic() + seconds * PATIENCE
        while True:
            while b"\n" not in self.read:
                expect(time.monotonic() < deadline, f"{wanted!r} never came")
                self.read += self.device.read(0.1)
            line, self.read = self.read.split(b"\n", 1)
            if line == wanted:
                return
            if line:
                self.device.write({b"M105": self.TEMPERATURES, b"M115": self.FIRMWARE}.get(line, b"ok\n"))


@claim("a query in flight at a kill is still withheld, and the host's next ok is the host's")
def query_in_flight(rig, options):
    device = rig.raw_device()
    config = write_config(rig, f'[printer.mk3]\ndevice = "{device.path}"\nask = ["temperature"]\n')
    agent = rig.keep(SupervisedAgent(rig, None, "--config", config, seed=options.seed))
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    wait_until("the host is noticed", lambda: agent.scrape().value("marlin_host_connected") == 1)
    printer = Answering(device)
    printer.wait_for(b"M105")
    device.write(printer.TEMPERATURES)
    host.read(0.1)

    def answered():
        return agent.scrape().value("marlin_queries_total", query="M105", outcome="answered")

    for _ in range(5):
        printer.wait_for(b"M105")
        before = answered()
        agent.restart(signal.SIGKILL)
        wait_until("the next instance serves", lambda: agent.serves)
        device.write(printer.TEMPERATURES)
        wait_until("the answer is recognised", lambda: answered() == before + 1)
        got = host.read(0.2)
        expect(got == b"", f"the answer to the agent's query reached the host: {got!r}")
        host.write(b"G28\n")
        printer.wait_for(b"G28")
        device.write(b"ok\n")
        got = host.read_until(b"ok\n")
        expect(got == b"ok\n", f"the host read {got!r}")
    host.close()
    report(agent, "a query in flight")


def talk(device, host, text):
    """Sends a line through the agent and its ok back."""
    host.write(text + b"\n")
    read = b""
    deadline = time.monotonic() + 10 * PATIENCE
    while text + b"\n" not in read:
        expect(time.monotonic() < deadline, f"{text!r} never came, only {read!r}")
        read += device.read(0.1)
    device.write(b"ok\n")
    host.read_until(b"ok\n")
    expect(not host.hung_up, "the host saw a hang-up")


def begin_quiet(rig, options, *arguments):
    """An agent without queries, on a device that the test simulates, with a host."""
    device = rig.raw_device()
    text = f'[printer.mk3]\ndevice = "{device.path}"\npoll = false\n'
    config = write_config(rig, text)
    agent = rig.keep(SupervisedAgent(rig, None, "--config", config, *arguments, seed=options.seed))
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    wait_until("the host is noticed", lambda: agent.scrape().value("marlin_host_connected") == 1)
    talk(device, host, b"G28")
    return device, agent, host, text


def read_right(agent):
    return agent.scrape().value("marlin_agent_config_last_reload_successful")


@claim("a restart with a wrong file continues with the previous configuration, reports it, and reads the file once it is corrected")
def wrong_file_at_a_restart(rig, options):
    device, agent, host, text = begin_quiet(rig, options)
    write_config(rig, text + "bawd = 250000\n")
    for number in (signal.SIGTERM, signal.SIGKILL):
        agent.restart(number)
        wait_until("the next instance serves", lambda: agent.serves)
        talk(device, host, b"G1 X1")
        wait_until("the status reports the fault", lambda: "bawd" in agent.status and "mk3" in agent.status)
        agent.wait_for_web()
        expect(read_right(agent) == 0, "the metrics report that the configuration was read")
    write_config(rig, text)
    os.kill(agent.pid, signal.SIGHUP)
    wait_until("the metrics report that it was read", lambda: read_right(agent) == 1)
    wait_until("the status reports no fault any more", lambda: "bawd" not in agent.status)
    talk(device, host, b"G1 X2")
    host.close()


@claim("a restart whose web server cannot start continues without it, and starts it by itself once the file is corrected")
def wrong_web_file_at_a_restart(rig, options):
    web = os.path.join(rig.directory, "web.yml")
    with open(web, "w", encoding="utf-8") as file:
        file.write("http_server_config: {}\n")
    device, agent, host, _ = begin_quiet(rig, options, "--web.config.file", web)
    os.rename(web, web + ".away")
    agent.restart()
    wait_until("the next instance serves", lambda: agent.serves)
    talk(device, host, b"G1 X1")
    wait_until("the status reports the fault", lambda: "web.yml" in agent.status and "mk3" in agent.status)
    talk(device, host, b"G1 X2")
    os.rename(web + ".away", web)
    agent.wait_for_web(30)
    wait_until("the status reports no fault any more", lambda: "web.yml" not in agent.status)
    expect(read_right(agent) == 1, "the metrics report that the configuration is wrong")
    talk(device, host, b"G1 X3")
    host.close()


def upgrade_in_print(rig, options, programs, number):
    """A print through restarts like those of an upgrade: each time with another program."""
    kills, count = few(options)
    lines = load(BUNNY, count)
    steps = iter(programs)
    state = {}

    def upgrade():
        agent, client = state["agent"], state["client"]
        agent.check()
        if client.lineno < state["at"]:
            return
        program = next(steps, None)
        state["at"] += count // (len(programs) + 1)
        if program:
            agent.program = program
            agent.restart(number)
            wait_until("the upgraded agent serves", lambda: agent.serves)

    printer, agent = begin(rig, options, "prusa-3.13")
    client = PrintClient()
    state.update(agent=agent, client=client, at=count // (len(programs) + 1))
    try:
        client.connect_and_wait(agent.host_port)
        client.send_now("M110 N-1")
        time.sleep(0.5)
        read = client.print_and_wait(lines, options.limit, upgrade)
    finally:
        client.disconnect()
    expect(agent.instances == len(programs) + 1, f"{agent.instances} instances, not {len(programs) + 1}")
    check_not_opened_again(printer)
    printer.stop()
    check_streams(printer, read, commands_of(lines), "prusa-3.13", client)
    return agent


def upgrade(rig, options, number):
    agent = upgrade_in_print(rig, options, [options.next, options.next], number)
    expect("cannot read in full" not in agent.output(), "the checkpoint was not resumed")
    report(agent, f"upgraded by {number.name}")


def change(rig, options, number):
    agent = upgrade_in_print(rig, options, [options.incompatible, rig.agent, options.incompatible], number)
    expect(agent.output().count("cannot read in full") == 3, "an incompatible checkpoint was accepted")
    report(agent, f"changed by {number.name}")


claim("an upgrade during a print loses nothing, to a version that knows the checkpoint version")(
    lambda rig, options: upgrade(rig, options, signal.SIGTERM))
claim("the next version resumes from a killed agent's checkpoint")(
    lambda rig, options: upgrade(rig, options, signal.SIGKILL))
claim("a change during a print to a version that does not know the checkpoint version, and back, loses nothing")(
    lambda rig, options: change(rig, options, signal.SIGTERM))
claim("a version that does not know a killed agent's checkpoint version resumes from its portable checkpoint")(
    lambda rig, options: change(rig, options, signal.SIGKILL))


@claim("a version that is killed anywhere while it replaces another one's checkpoint in the store loses nothing")
def killed_while_converting(rig, options):
    device, agent, host, _ = begin_quiet(rig, options)
    agent.may_end = True
    memory = "\nFDNAME=marlin-mk3-memory"
    steps = [f"FDSTOREREMOVE=1{memory}2", f"FDSTORE=1\nFDPOLL=0{memory}2", f"FDSTOREREMOVE=1{memory}", f"FDSTORE=1\nFDPOLL=0{memory}"]
    for number, message in enumerate(steps):
        agent.program = (options.incompatible, rig.agent)[number % 2]
        agent.last_message = message
        agent.restart()
        wait_until("it was killed, and the next instance serves", lambda: agent.instances == 3 + 2 * number and agent.serves)
        agent.wait_for_web()
        talk(device, host, b"G1 X%d" % number)
        expect(f"{memory[8:]}2" not in agent.store, f"killed behind {message!r}: left in the store")
    expect(agent.output().count("opened " + device.path) == 1, "the device was opened again")
    host.close()


def few(options):
    """Fewer kills and lines than in the first claim."""
    if FULL:
        return options.kills, options.lines
    return max(5, options.kills * 3 // 20), max(400, options.lines // 6)


@claim("a print with line noise survives: resends continue where they were")
def survives_noise(rig, options):
    kills, count = few(options)
    lines = load(BUNNY, count)
    printer, agent, client, read = print_under_fire(
        rig, options, "prusa-3.13", lines, kills, printer_arguments=("--noise-within-lines", "--noise-seed", str(options.seed)),
        before=lambda printer: printer.command("noise 0.001"))
    expect(client.resends > 0, "the noise caused no resend, so this proves nothing")
    check_not_opened_again(printer)
    printer.stop()
    check_streams(printer, read, commands_of(lines), "prusa-3.13")
    report(agent, f"{len(lines)} lines with {client.resends} resends")


@claim("a print survives on firmware whose temperatures are queried during the print")
def survives_queries(rig, options):
    kills, count = few(options)
    lines = load(BUNNY, count)
    printer, agent, client, read = print_under_fire(rig, options, "prusa-3.9", lines, kills)
    check_not_opened_again(printer)
    printer.stop()
    check_streams(printer, read, commands_of(lines), "prusa-3.9", client)
    report(agent, f"{len(lines)} lines on 3.9")


@claim("a print survives with the host's own M155 on: it sees its reports, and none of the agent's")
def survives_reports(rig, options):
    kills, count = few(options)
    lines = load(BUNNY, count)
    printer, agent, client, read = print_under_fire(
        rig, options, "prusa-3.13", ["M155 S1 C1"] + lines, kills)
    check_not_opened_again(printer)
    printer.stop()
    reports = [line for line in read.splitlines() if line.startswith(b"T:") and b" /" in line]
    expect(reports, "the host saw none of the reports that it subscribed to")
    expect(b"RPM" not in read, "the host saw fan reports, to which it did not subscribe")
    check_streams(printer, without_injected(read, "prusa-3.13"), ["M155 S1 C1"] + commands_of(lines), "prusa-3.13", client)
    report(agent, f"{len(lines)} lines, {len(reports)} reports shown")


@claim("an upload to the SD card survives, to the byte")
def survives_upload(rig, options):
    kills, count = few(options)
    printer, agent = begin(rig, options, "prusa-3.13", "--sd", f"BUNNY.GCO={BUNNY}")
    host = HostPort(agent.host_port)
    wait_until("the host is noticed", lambda: agent.scrape().value("marlin_host_connected") == 1)
    host.write(b"M28 KILLS.GCO\n")
    answer = host.read_until(b"ok\n")
    expect(b"Writing to file" in answer, f"the upload did not begin: {answer!r}")
    agent.kill_often(kills)
    upload = b""
    place = 0
    deadline = time.monotonic() + options.limit
    while agent.kills < kills or not agent.serves or place < count:
        agent.check()
        expect(time.monotonic() < deadline, f"the upload hangs at line {place}")
        line = b"G1 X%d Y%d E%d\n" % (place, place * 7 % 200, place % 13)
        upload += line
        host.write(line)
        answer = host.read_until(b"ok\n", 20)
        expect(answer == b"ok\n", f"line {place} was answered by {answer!r}")
        place += 1
    host.write(b"M29\n")
    host.read_until(b"Done saving file")
    host.close()
    check_not_opened_again(printer)
    printer.stop()
    heard = b"".join(data for direction, data in printer.wire() if direction == "tx")
    expect(b"M28 KILLS.GCO\n" + upload + b"M29\n" in heard, "the printer did not get the file as it was sent")
    report(agent, f"an upload of {place} lines")


def add_options(parser):
    parser.add_argument("--next", required=True, help="the agent with the next checkpoint version")
    parser.add_argument("--incompatible", required=True, help="the agent with an incompatible checkpoint version")
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=400.0, help="seconds after which the print hangs")


run_claims(add_options)
