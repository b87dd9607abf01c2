"""A real print: Debian's Printrun prints a sliced file through the agent into a virtual MK3S, with line noise and
without.

Checked: the printer executes every line once and in order; Printrun reads the same bytes as without the agent;
temperatures are never older than 30 s, in a campaign than 5 s; firmware that reports by itself (3.13) gets no injected query during the print,
older firmware gets an M105 every 12 s and nothing else, so that its temperatures are older.
"""
import os
import shutil
import time

from print_checks import check_executed, judge, since_print_start, without_injected
from print_client import PrintClient, commands_of, first_difference, load, untimed
from rig import BUNNY, FULL, Failed, expect, claim, run_claims


def oldest_temperature(firmware, noisy):
    """In seconds. Noise may corrupt an answer; a temperature that is older than 30 s is absent. Only a campaign has an
    idle machine."""
    if not FULL:
        return 30.0
    if firmware != "prusa-3.9":
        return 5.0
    return 30.0 if noisy else 15.0


class Watch:
    """Scrapes once a second while the print runs."""

    def __init__(self, agent):
        self.agent = agent
        self.injected = []
        self.ages = []
        self.gaps = 0
        self.next = 0.0

    def __call__(self):
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + 1.0
        metrics = self.agent.scrape()
        expect(metrics.value("marlin_up") == 1, "marlin_up is not 1 during the print")
        self.injected.append(metrics.value("marlin_commands_total", origin="agent"))
        last = metrics.value("marlin_temperature_last_report_timestamp_seconds")
        expect(last is not None, "no temperature was ever reported")
        if metrics.value("marlin_temperature_celsius", sensor="tool0") is None:
            self.gaps += 1  # an unknown value is absent
            return
        self.ages.append(time.time() - last)

    def check(self, firmware, noisy=False):
        expect(self.ages, "the print was too short to be watched")
        # Noise may corrupt two answers in a row; without it every scrape finds a temperature. A busy machine may delay the
        # printer's own reports by more than the 5 s for which they hold.
        most = len(self.injected) // 10 if noisy else 0
        if not FULL:
            most = max(most, len(self.injected) // 4)
        expect(self.gaps <= most, f"{self.gaps} of {len(self.injected)} scrapes found no temperature")
        expect(max(self.ages) <= oldest_temperature(firmware, noisy), f"a temperature was {max(self.ages):.1f} s old")


def printer_options(options):
    # The noise is switched on when the print begins: Printrun resends lines, but cannot repair its own first M110.
    return ["--speed", str(options.speed), *([] if options.real_moves else ["--instant-moves"]), "--seed", "7", "--noise-within-lines",
            "--noise-seed", str(options.noise_seed), "--baud-pacing", options.pacing]


def prepare(client, firmware):
    """A Prusa from 3.13 on takes no number from Printrun's `N-1 M110`, so the user sets it once by hand."""
    if firmware != "prusa-3.9":
        client.send_now("M110 N-1")
        time.sleep(0.5)


def print_on(port, firmware, lines, seconds, watch=lambda: None, before=lambda: None):
    """Returns what Printrun read from the start of the print to its end, and itself."""
    client = PrintClient()
    try:
        client.connect_and_wait(port)
        prepare(client, firmware)
        before()
        return client.print_and_wait(lines, seconds, watch), client
    finally:
        client.disconnect()


def print_alone(rig, options, lines, attempt):
    """What it reads without the agent; None if it hangs: on a machine that stands still for 0.25 s Printrun reads "o" and
    "k" as two lines, and waits for ever for the ok."""
    direct = rig.start_printer(options.firmware, *printer_options(options), name=f"direct{attempt}")
    time.sleep(3)  # the boot text; without an agent nothing waits for it
    try:
        return print_on(direct.device, options.firmware, lines, options.limit / 4)[0]
    except Failed as reason:
        direct.stop()
        was_split = any(data.endswith(b"o") for direction, data in direct.wire() if direction == "rx")
        expect(was_split and "hangs" in str(reason), str(reason))
        return None


@claim("Printrun prints through the agent: every line once and in order, and it reads the same as without the agent")
def prints(rig, options):
    lines = load(BUNNY, options.lines)
    commands = commands_of(lines)
    noise = str(options.noise) if options.noise else None
    printer = rig.start_printer(options.firmware, *printer_options(options))
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    time.sleep(2)  # the first round of queries
    agent.wait_for_port()
    watch = Watch(agent)

    began = time.monotonic()
    read, client = print_on(agent.host_port, options.firmware, lines, options.limit, watch,
                             before=lambda: printer.command(f"noise {noise}") if noise else None)
    seconds = time.monotonic() - began
    watch.check(options.firmware, noisy=bool(noise))
    if options.firmware != "prusa-3.9":
        expect(len(set(watch.injected)) == 1, f"queries were injected during the print: {watch.injected}")
    if noise:
        expect(client.resends > 0, "the noise caused no resend, so this proves nothing")
    printer.stop()
    check_executed(printer.executed(), commands, options.firmware)
    if not noise:
        judge(printer, client)
    if options.keep:
        shutil.copy(printer.transcript_path, os.path.join(options.keep, "printer.jsonl"))
        client.save(os.path.join(options.keep, "host.jsonl"))

    meant = without_injected(since_print_start(printer.wire()), options.firmware)
    got = read.replace(b"\r\n", b"\n")
    expect(meant.startswith(got), "Printrun did not read what the printer sent to it: " +
           first_difference(got, meant[:len(got)]))
    print(f"     {len(commands)} lines in {seconds:.1f} s, {client.resends} resends, temperature at most "
          f"{max(watch.ages):.1f} s old, injected queries {watch.injected[0]:.0f} to {watch.injected[-1]:.0f}")

    if noise:
        return  # where the noise hits depends on the timing, so two noisy runs differ
    difference = "Printrun alone does not print on this machine"
    for attempt in range(3):  # a machine that stands still disturbs it without the agent, too
        alone = print_alone(rig, options, lines[:options.direct_lines], attempt)
        if alone is None:
            continue
        alone, whole = untimed(alone), untimed(read)
        if len(lines) > options.direct_lines:
            alone = alone[:alone.rindex(b"ok")]  # the answer to the final M110, with which the longer print does not end
            whole = whole[:len(alone)]
        if alone == whole:
            return
        difference = first_difference(whole, alone)
    expect(False, "not the byte stream of a run without the agent: " + difference)


def add_options(parser):
    parser.add_argument("--firmware", default="prusa-3.13")
    parser.add_argument("--noise", type=float, default=0.0, help="probability that a byte to the printer is corrupted")
    parser.add_argument("--noise-seed", type=int, default=1)
    parser.add_argument("--lines", type=int, help="print only so many lines of the file")
    parser.add_argument("--direct-lines", type=int, default=100_000 if FULL else 6000,
                        help="how much of the file is printed once more without the agent, to compare")
    parser.add_argument("--keep", help="a directory for the recordings of both sides, as in tests/data/judged")
    parser.add_argument("--real-moves", action="store_true", help="moves take their time")
    parser.add_argument("--speed", type=float, default=100.0)
    parser.add_argument("--pacing", default="off", choices=("on", "off"), help="off: transmission takes no time")
    parser.add_argument("--limit", type=float, default=240.0, help="seconds after which the print hangs")


run_claims(add_options)
