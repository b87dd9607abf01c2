"""A print survives the agent's own death: Debian's Printrun prints a sliced file through an agent that is killed again and
again at random moments, with a supervisor that plays systemd's part.

Shown: every line is carried out once and in order, the host reads what the printer sent less what answers the agent, to
the byte, it sees no error and no hang-up, and the printer is never opened a second time, so that nothing resets it.
"""
import json
import statistics
import time

from print_checks import check_executed, since_print_start, without_own
from print_client import PrintClient, commands_of, first_difference, load
from rig import BUNNY, FULL, claim, expect, run_claims, wait_until
from supervisor import SupervisedAgent


def begin(rig, options, firmware, *printer_arguments, agent_arguments=()):
    printer = rig.start_printer(firmware, "--speed", "100", "--instant-moves", "--seed", "7", "--baud-pacing", "on",
                                *printer_arguments)
    agent = rig.keep(SupervisedAgent(rig, printer.device, *agent_arguments, seed=options.seed))
    agent.wait_for_up()
    agent.wait_for_port()
    time.sleep(2)  # its first round of questions
    return printer, agent


def watch(agent):
    def look():
        agent.check()
    return look


def report(agent, what):
    gaps = sorted(agent.without_service)
    expect(gaps, "no successor ever served")
    print(f"     {what}: {agent.kills} kills, {agent.lives} lives; without service {1000 * statistics.median(gaps):.0f} ms "
          f"in the median, {1000 * gaps[-1]:.0f} ms at most", flush=True)


def check_not_opened_again(printer):
    stats = json.loads(printer.tell("stats"))
    expect(stats["opens"] == 1, f"the printer's device was opened {stats['opens']} times")


def check_streams(printer, read, commands, firmware):
    """After printer.stop()."""
    wire = printer.wire()
    starts = b"".join(data for direction, data in wire if direction == "rx").count(b"start\n")
    expect(starts <= 1, "the printer was reset")
    check_executed(printer.executed(), commands, firmware)
    meant = without_own(since_print_start(wire), firmware)
    got = read.replace(b"\r\n", b"\n")
    expect(meant.startswith(got), "the host read other bytes than the printer meant for it: " +
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
        read = client.print_and_wait(lines, options.limit, while_printing or watch(agent))
    finally:
        client.disconnect()
    agent.check()
    return printer, agent, client, read


@claim("Printrun prints while the agent is killed again and again: every line once and in order, the host's bytes unchanged")
def survives_kills(rig, options):
    lines = load(BUNNY, options.lines)
    printer, agent, client, read = print_under_fire(rig, options, "prusa-3.13", lines, options.kills)
    expect(agent.kills == options.kills, f"only {agent.kills} kills fell into the print")
    check_not_opened_again(printer)
    printer.stop()
    check_streams(printer, read, commands_of(lines), "prusa-3.13")
    report(agent, f"{len(lines)} lines")


def add_options(parser):
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=400.0, help="seconds after which the print hangs")


run_claims(add_options)
