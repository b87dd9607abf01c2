"""The traces of a print at the printer and at the host, and what both must be."""
import os
import re
import subprocess
import sys
import time

from print_client import PrintClient, commands_of
from rig import HERE, expect

# What injected queries and subscriptions bring: reports without ok, and on old firmware answers to M105
# (Printrun asks for none while it prints).
OWN_REPORT = re.compile(rb"^(T:-?\d+\.\d+ /|E0:-?\d+ RPM|X:-?\d+\.\d+ Y:)")
OWN_ANSWER = re.compile(rb"^ok T:")
# What only the agent asks, and only while nobody prints: the answer may come when the host has begun.
AGENT_ASKS = {b"M73", b"M27 P", b"M220", b"M221", b"PRUSA SN", b"M862.1 Q"}


def print_part(executed):
    """From behind the M110 that began the print to its last numbered line. (3.9 executes N0 as if it had no number.)"""
    last = max((place for place, (number, _) in enumerate(executed) if number > 0), default=0)
    begins = [place for place, (number, text) in enumerate(executed[:last]) if text.startswith("M110") and number <= 0]
    expect(begins, "no print was executed")
    return executed[begins[-1] + 1:last + 1]


def since_print_start(wire):
    """What the printer sent after it had read `N-1 M110*15`, without its answers to what only the agent asks. It answers
    in the order of the commands."""
    read = sent = part = b""
    asked, waiting = False, None  # waiting: for each command since the start whether only the agent asks it
    for direction, data in wire:
        if direction == "rx":
            asked = asked and not re.search(rb"^ok", data, re.MULTILINE)
            if waiting is None:
                continue
            *lines, part = (part + data).split(b"\n")
            for line in lines:
                if not (waiting and waiting[0]):
                    sent += line + b"\n"
                if waiting and line.startswith(b"ok"):
                    waiting.pop(0)
            continue
        *lines, read = (read + data).split(b"\n")
        for line in filter(None, lines):
            if waiting is not None:
                waiting.append(line in AGENT_ASKS)
            elif line == b"N-1 M110*15":
                waiting = [True, False] if asked else [False]
            asked = line in AGENT_ASKS
    expect(waiting is not None, "the printer never read the start of the print")
    return sent + part


def without_injected(stream, firmware):
    """The printer's bytes less what answers the agent."""
    kept = []
    for line in stream.replace(b"\r\n", b"\n").splitlines(keepends=True):
        injected = OWN_REPORT.match(line) or (firmware == "prusa-3.9" and OWN_ANSWER.match(line))
        if not injected:
            kept.append(line)
    return b"".join(kept)


def check_executed(executed, commands, firmware):
    part = print_part(executed)
    is_own = [number < 0 and not (firmware == "prusa-3.9" and text == commands[0]) for number, text in part]
    injected = [text for (_, text), it_is in zip(part, is_own) if it_is]
    done = [text for (_, text), it_is in zip(part, is_own) if not it_is]
    for place, (got, wanted) in enumerate(zip(done, commands)):
        expect(got == wanted, f"line {place} is {got!r}, not {wanted!r}")
    expect(len(done) == len(commands), f"{len(done)} lines executed of {len(commands)}")
    if firmware == "prusa-3.9":
        others = [(place, text) for place, ((_, text), it_is) in enumerate(zip(part, is_own)) if it_is and text != "M105"]
        expect(not others, f"injected queries within the print, with their places of {len(part)}: {others[:5]}")
        expect(injected or len(commands) < 10_000, "no injected query in a long print: stale temperatures")
    else:
        expect(not injected, f"injected queries within the print: {injected[:5]}")


def judge(printer, client):
    """The independent judge over both sides of the conversation, without noise; the printer is stopped."""
    host = printer.transcript_path + ".host"
    client.save(host)
    judged = subprocess.run([sys.executable, os.path.join(HERE, "..", "..", "judge", "judge"), printer.transcript_path, host],
                            capture_output=True, text=True, check=False)
    expect(judged.returncode == 0, judged.stdout + judged.stderr)
    print("     " + judged.stdout.strip())


def check_whole_print(agent, printer, lines, seconds):
    """Printrun prints the lines through the agent, and the printer, which is stopped then, executed each in order."""
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    client.send_now("M110 N-1")
    time.sleep(0.5)
    client.print_and_wait(lines, seconds)
    client.disconnect()
    printer.stop()
    done = [text for number, text in printer.executed() if number >= 0 and not text.startswith("M110")]
    expect(done == commands_of(lines), "the print was not complete")
    judge(printer, client)
