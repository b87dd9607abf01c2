"""A reload never ends a print: Printrun prints through the agent while the configuration file changes in every way."""
import os
import random
import signal
import threading
import time

from print_checks import check_executed, judge
from print_client import PrintClient, commands_of, load
from rig import BUNNY, FULL, claim, expect, free_port, run_claims, wait_until


class File:
    """Replaces the whole configuration file."""

    def __init__(self, rig):
        self.path = os.path.join(rig.directory, "agent.toml")

    def write(self, text):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path + ".new", self.path)


def section(name, device, more=""):
    return f'[printer.{name}]\ndevice = "{device}"\n{more}'


@claim("no reload during a print opens the printer again; pending changes are applied after the print's end")
def reloads_in_print(rig, _):
    lines = load(BUNNY, 3000)
    printer = rig.start_printer("prusa-3.13", "--speed", "100", "--instant-moves", "--baud-pacing", "on")
    other = rig.raw_device(name="other")
    file = File(rig)
    same = section("mk3", printer.device)
    file.write(same)
    agent = rig.start_agent(None, config=file.path)
    agent.wait_for_up()
    agent.wait_for_port()

    def value(name, **labels):
        return agent.scrape().value("marlin_agent_config_" + name, **labels)

    web = f'[web]\nlisten = ["127.0.0.1:{agent.port}", "127.0.0.1:{free_port()}"]\n'
    steps = [  # the file's text, whether a change is pending then, whether the reload succeeds
        ("device", section("mk3", other.path), 1, 1),
        ("same again", same, 0, 1),
        ("speed", section("mk3", printer.device, "baud = 250000\n"), 1, 1),
        ("web address", same + web, 0, 1),
        ("USB rule", '[printer.mk3]\nserial_number = "CZPX1"\n', 1, 1),
        ("dropped", section("another", other.path), 1, 0),
        ("empty", "# nothing\n", 1, 0),
        ("new name", section("renamed", printer.device), 1, 1),
    ]
    done = []
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    client.send_now("M110 N-1")

    def reload_now_and_then():
        if len(done) == len(steps) or client.lineno < 60 + 100 * len(done):
            return
        what, text, pending, success = steps[len(done)]
        file.write(text)
        agent.signal(signal.SIGHUP)
        wait_until(f"the reload shows: {what}", lambda: value("pending") == pending and
                   value("last_reload_successful") == success, 5)
        metrics = agent.scrape()
        expect(metrics.value("marlin_serial_connects_total", printer="mk3") == 1, f"{what}: the port was opened again")
        expect(metrics.value("marlin_serial_open", printer="mk3") == 1, f"{what}: the port was closed")
        done.append(what)

    client.print_and_wait(lines, 60, reload_now_and_then)
    expect(len(done) == len(steps), f"the print was too short for all reloads: {done}")
    check_executed(printer.executed(), commands_of(lines), "prusa-3.13")
    client.disconnect()
    wait_until("the new name is in effect after the print", lambda: agent.scrape().has("marlin_serial_open", printer="renamed"), 90, 0.2)
    expect(value("pending") == 0, "a change is still pending")
    log = agent.output()
    expect("deferred: the new name renamed" in log, "the log does not say what was deferred")
    expect("has no [printer.mk3], which is printing" in log, "the log does not say what was refused")


def files(rig, agent, printer, other):
    """Texts of the file: valid, invalid, with changes that wait and with changes that do not."""
    same = section("mk3", printer.device)
    return [same, section("mk3", other.path), section("mk3", printer.device, "baud = 250000\n"), section("renamed", printer.device),
            section("another", other.path), same + section("another", other.path), "", "[printer.mk3\n", "a." * 1000 + "a = 1\n",
            '[printer.mk3]\nserial_number = "CZPX1"\n', same + f'[record]\ndir = "{rig.directory}/recordings"\n',
            same + '[log]\nlevel = "debug"\n', section("mk3", printer.device, "poll = false\n"),
            same + f'[web]\nlisten = ["127.0.0.1:{agent.port}", "127.0.0.1:{free_port()}"]\n',
            same + f'[web]\nconfig_file = "{rig.directory}/none"\n']


def reload_at_random(chance, count, client, lines, replace, ended):
    """Replaces the file and sends SIGHUP at `count` random instants of the print; the last time with the first text, so that
    nothing is pending at the print's end."""
    places = sorted(chance.randrange(lines * 9 // 10) for _ in range(count))
    for number, place in enumerate(places):
        while client.lineno < place and not ended.is_set():
            time.sleep(0.001)
        time.sleep(chance.random() * 0.03)
        replace(number == count - 1)


@claim("reloads at random instants of prints: every line once and in order, the port is opened once")
def reloads_at_random_instants(rig, options):
    chance = random.Random(options.seed)
    lines = commands_of(load(BUNNY, options.lines))
    reloads = carried_out = 0
    for number in range(options.prints):
        printer = rig.start_printer("prusa-3.13", "--speed", "100", "--instant-moves", "--baud-pacing", "on", name=f"printer{number}")
        other = rig.raw_device(name=f"other{number}")
        file = File(rig)
        file.write(section("mk3", printer.device))
        agent = rig.start_agent(None, config=file.path)
        agent.wait_for_up()
        agent.wait_for_port()
        texts = files(rig, agent, printer, other)
        client = PrintClient()
        client.connect_and_wait(agent.host_port)
        client.send_now("M110 N-1")

        def replace(is_last):
            file.write(texts[0] if is_last else chance.choice(texts))
            agent.signal(signal.SIGHUP)
        count = options.reloads // options.prints
        ended = threading.Event()
        thread = threading.Thread(target=reload_at_random, args=(chance, count, client, len(lines), replace, ended))
        thread.start()
        try:
            client.print_and_wait(lines, 120)
        finally:
            ended.set()
            thread.join()
        metrics = agent.scrape()
        expect(metrics.value("marlin_serial_connects_total", printer="mk3") == 1, "the port was opened again")
        expect(metrics.value("marlin_agent_config_pending") == 0, "a change is pending")
        client.disconnect()
        log = agent.output()
        done = log.count("read the configuration again") + log.count("nothing was changed")
        expect(done > 0, "no reload was carried out")
        reloads, carried_out = reloads + count, carried_out + done
        agent.stop()
        printer.stop()
        check_executed(printer.executed(), lines, "prusa-3.13")
        judge(printer, client)
        other.close()
        os.unlink(agent.log_path)
    print(f"     {reloads} reloads in {options.prints} prints, {carried_out} read the file alone, the others with the one before")


def add_options(parser):
    parser.add_argument("--prints", type=int, default=50 if FULL else 2)
    parser.add_argument("--reloads", type=int, default=500 if FULL else 20)
    parser.add_argument("--lines", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)


run_claims(add_options)
