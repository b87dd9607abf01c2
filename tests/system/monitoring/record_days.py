"""Records healthy and bad days for days_test.py: real agents, virtual printers in real time, scripted hosts, one real Prometheus.

    record_days.py --agent build/release/marlin-agent --printer build/release/printer-on-pty [--only DAY,DAY]

Each day is a function with a HostScript below and takes up to 40 minutes; all days run side by side. The result is days/DAY.yml,
the input series of a promtool test: every family that an alert uses, a value each 15 s. Not part of tests/run: a day is recorded
again when its script changes, when an alert uses another family, or when the agent exports something else for the same day.
"""
import argparse
import contextlib
import json
import math
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse

from shared import HERE, PROMETHEUS, exported, families_in, read
from rig import Failed, HostPort, Rig, wait_until
from servers import Prometheus, answered

STEP = 15
DAYS = {}
HEAD = ["M73 P0 R30", "M201 X1000 Y1000 Z200 E5000", "M203 X200 Y200 Z12 E120", "M204 P1250 R1250 T1250", "M205 X8.00 Y8.00 Z0.40 E4.50",
        "G90", "M83"]
END = ["G4", "M104 S0", "M140 S0", "M107", "G1 X0 Y200 F3000", "M84", "M73 P100 R0"]


def day(firmware, *options):
    def mark(function):
        DAYS[function.__name__.replace("_", "-")] = (function, firmware, options)
        return function
    return mark


class HostScript:
    """A host program that waits for each ok, and the hand that switches its printer on and off."""

    def __init__(self, rig, firmware, options, moved):
        self.rig, self.port, self.number, self.history, self.rest = rig, None, 0, {}, b""
        self.moved = moved  # tells Prometheus the agent's address
        self.printer = rig.start_printer(firmware, *options)
        self.device = os.path.join(rig.directory, "device")
        self.off = True
        self.agent = rig.start_agent(self.device)
        self.agent.wait_for_web()
        self.moved(self.agent.port)

    # --- the hand
    def switch_on(self):
        os.symlink(self.printer.device, self.device)
        self.printer.command("reset")
        self.agent.wait_for_up(120)

    def silent(self):
        """Off, with a USB chip that is powered by the bus: the device stays, nothing answers."""
        self.printer.signal(signal.SIGSTOP)

    def restart_agent(self):
        self.close()
        self.agent.stop()
        self.agent = self.rig.start_agent(self.device)
        self.moved(self.agent.port)
        self.agent.wait_for_up(120)

    def replace_agent(self, **options):
        """Before the printer is switched on: an agent with this configuration or environment instead."""
        self.agent.stop()
        self.agent = self.rig.start_agent(self.device, **options)
        self.agent.wait_for_web()
        self.moved(self.agent.port)

    @contextlib.contextmanager
    def halted(self, seconds, every):
        """The agent does not run for these seconds, again and again."""
        ended = threading.Event()

        def halt():
            while not ended.wait(every - seconds):
                self.agent.signal(signal.SIGSTOP)
                time.sleep(seconds)
                self.agent.signal(signal.SIGCONT)

        thread = threading.Thread(target=halt)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    # --- the host
    def open(self):
        self.agent.wait_for_port()
        self.port = HostPort(self.agent.host_port)
        self.number, self.history, self.rest = 0, {}, b""

    def close(self):
        if self.port:
            self.port.close()
            self.port = None

    def line(self, seconds):
        """The next line of the printer, or None."""
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or self.port.hung_up:
                return None
            self.rest += self.port.read(min(left, 0.5))
        text, self.rest = self.rest.split(b"\n", 1)
        return text.decode("latin-1").strip()

    def send(self, command, numbered=True, seconds=2400):
        """One command; returns when its ok has come, or False after so many seconds. A Resend is obeyed."""
        data = command
        if numbered:
            data = f"N{self.number} {command}"
            checksum = 0
            for byte in data.encode():
                checksum ^= byte
            data = f"{data}*{checksum}"
            self.history[self.number] = command
            self.number += 1
        self.port.write(data.encode() + b"\n")
        end = time.monotonic() + seconds
        while (answer := self.line(end - time.monotonic())) is not None:
            if answer.startswith("Resend:"):
                wanted = int(answer.split(":")[1])
                self.line(2)  # its ok
                again = [self.history[number] for number in range(wanted, self.number)]
                self.number = wanted
                for each in again:
                    self.send(each)
                return True
            if answer.startswith("ok"):
                return True
        return False

    def handshake(self):
        self.number = 0
        self.send("M110 N0")

    def idle(self, minutes, every=5):
        """Polls M105 as OctoPrint does; reads otherwise."""
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            if every:
                self.send("M105", numbered=False, seconds=10)
            pause = time.monotonic() + (every or 5)
            while time.monotonic() < min(pause, end):
                answer = self.line(0.5)
                if answer and answer.startswith("Resend:") and self.history:  # after a pause
                    self.number = int(answer.split(":")[1])

    def moves(self, minutes, length=10.0, feed=1200, m105=0, percent=None, think=0.0, stutter=None, patience=2400, rows=7):
        """Zigzag for that long; each move takes length / feed minutes. `think`: seconds before each line; `stutter`: behind so
        many lines so many seconds; `patience`: seconds to wait for an ok; `rows`: Y of the moves."""
        end, polled, shown, step = time.monotonic() + minutes * 60, 0.0, 0.0, 0
        while (now := time.monotonic()) < end:
            step += 1
            time.sleep(think + (stutter[1] if stutter and step % stutter[0] == 0 else 0))
            self.send(f"G1 X{60 + (length if step % 2 else 0):.2f} Y{60 + step % rows} E{length * 0.033:.4f} F{feed}", seconds=patience)
            if m105 and now - polled > m105:
                polled = now
                self.send("M105", numbered=False)
            if percent and now - shown > 60:
                shown = now
                done = percent[0] + (percent[1] - percent[0]) * (1 - (end - now) / (minutes * 60))
                self.send(f"M73 P{done:.0f} R{(end - now) / 60:.0f}")

    def begin(self, tool=215, bed=60):
        self.handshake()
        for line in [*HEAD, f"M104 S{tool}", f"M140 S{bed}", f"M190 S{bed}", f"M109 S{tool}", "G28 W", "G92 E0", "G1 Z0.2 F720", "G1 X100 E9 F1000"]:
            self.send(line)

    def start_print(self, **heat):
        """The printer is switched on, the host connects and begins."""
        self.switch_on()
        self.open()
        self.begin(**heat)

    def end(self, lines=tuple(END)):
        for line in lines:
            self.send(line)


def rest(minutes):
    time.sleep(minutes * 60)


@day("prusa-3.13")
def mk3_evening(h):
    """Cold start, preheat that is stopped, print with two pauses, switched off ten seconds after its end, as MK3 owners do: power panic."""
    rest(1)
    h.switch_on()
    h.open()
    h.idle(1, every=0)
    h.send("M104 S215", numbered=False)
    h.send("M140 S60", numbered=False)
    h.idle(3, every=0)
    h.send("M104 S0", numbered=False)
    h.send("M140 S0", numbered=False)
    h.idle(3, every=0)
    h.begin()
    h.moves(4, percent=(0, 30))
    for _ in range(2):
        h.send("M601")
        h.idle(3, every=0)
        h.send("M602", numbered=False)
        h.idle(0.2, every=0)
        h.moves(1.5, percent=(30, 60))
    h.moves(2, percent=(60, 99))
    h.end()
    h.idle(0.2, every=0)
    h.printer.command("panic")
    h.close()
    rest(5)


@day("prusa-3.13")
def finished_and_closed(h):
    """The end code leaves the nozzle heated; the host program is closed two minutes later, the printer reset after four."""
    h.start_print()
    h.moves(5, percent=(0, 99))
    h.end(["G4", "M140 S0", "M107", "G1 X0 Y200 F3000", "M84 X Y E", "M73 P100 R0"])
    h.idle(2, every=0)
    h.close()
    rest(2)
    h.printer.command("reset")
    rest(6)


@day("prusa-3.13")
def hot_end_code_host_stays(h):
    """The end code leaves the nozzle heated, and the host stays connected."""
    h.start_print()
    h.moves(3, percent=(0, 99))
    h.end(["G4", "M140 S0", "M107", "G1 X0 Y200 F3000", "M84 X Y E", "M73 P100 R0"])
    h.idle(22, every=0)


@day("prusa-3.13")
def reset_after_the_print(h):
    """A print ends, and its owner presses the reset button a minute later."""
    h.start_print()
    h.moves(4, percent=(0, 99))
    h.end()
    h.idle(1, every=0)
    h.printer.command("reset")
    h.idle(5, every=0)


@day("prusa-3.9")
def filament_change_old_mk3(h):
    """A firmware without reports: the filament change waits eight minutes for its owner."""
    h.start_print()
    h.moves(3, percent=(0, 40), m105=5)
    threading.Thread(target=lambda: (time.sleep(8 * 60), h.printer.command("knob")), daemon=True).start()
    h.send("M600")
    h.moves(3, percent=(40, 99), m105=5)
    h.end()
    h.idle(3)


@day("marlin-2.1.2-modern", "--speed", "0.25")
def large_bed(h):
    """A bed that takes more than 20 minutes to its temperature, in a print."""
    h.start_print(tool=215, bed=90)
    h.moves(4, length=5, percent=(0, 99))
    h.end()
    h.idle(2)


@day("prusa-3.9")
def slow_host(h):
    """Eight lines a second, a host that asks for nothing, a firmware without reports: the agent asks M105 in the print."""
    h.start_print()
    h.moves(22, length=2.5, feed=1200)
    h.end()
    h.idle(2, every=0)


@day("prusa-3.9")
def idle_host(h):
    """A host that asks every two seconds and prints nothing, while the agent asks too."""
    h.switch_on()
    h.open()
    h.idle(24, every=2)


@day("prusa-3.9")
def very_slow_host(h):
    """Two lines a second."""
    h.start_print()
    h.moves(22, length=10, feed=1200)
    h.end()
    h.idle(2, every=0)


@day("marlin-2.1.2-advanced-ok")
def fast_host(h):
    """Short moves, as many as the planner takes."""
    h.start_print()
    h.moves(15, length=1, feed=2400, percent=(0, 99))
    h.end()
    h.idle(3)


@day("marlin-2.1.2-modern")
def switched_off_with_host(h):
    """The printer is switched off while OctoPrint is connected; its USB chip stays."""
    h.switch_on()
    h.open()
    h.idle(4)
    h.silent()
    for _ in range(3):
        h.send("M105", numbered=False, seconds=10)
    h.close()
    rest(26)


@day("marlin-1.1.9")
def switched_off_alone(h):
    """The same without a host program."""
    h.switch_on()
    rest(4)
    h.silent()
    rest(34)


@day("marlin-2.1.2-modern")
def agent_restarted(h):
    """A print, then the agent is restarted twice."""
    h.start_print()
    h.moves(3, percent=(0, 99))
    h.end()
    h.idle(4)
    for _ in range(2):
        h.restart_agent()
        rest(3)


@day("prusa-3.13", "--sd", "CUBE.GCO=SDFILE")
def sd_print(h):
    """A print from the card, begun at the display; the host program is closed meanwhile."""
    h.switch_on()
    h.open()
    h.idle(1, every=0)
    h.printer.command("sd CUBE.GCO")
    h.idle(4, every=0)
    h.close()
    rest(19)


@day("prusa-3.13")
def thinking_host(h):
    """A host that thinks 6 ms before each line; moves of 50 ms."""
    h.start_print()
    h.moves(11, length=1, feed=1200, percent=(0, 99), think=0.006, rows=1)
    h.end()
    h.idle(1, every=0)


@day("prusa-3.13")
def change_announced(h):
    """The file tells that its filament change is four minutes away."""
    h.start_print()
    h.moves(1)
    h.send("M73 P10 R20 C4")
    h.moves(2)
    h.end()
    h.idle(2, every=0)


# --------------------------------------------------------------- bad days: the same alerts must still fire
@day("prusa-3.13")
def bad_host_crashes(h):
    """The host program ends in the middle of a print."""
    h.start_print()
    h.moves(3, percent=(0, 20))
    h.close()
    rest(4)


@day("prusa-3.13")
def bad_reset(h):
    """The board restarts in the middle of a print."""
    h.start_print()
    h.moves(3, percent=(0, 20))
    h.printer.command("reset")
    h.idle(3, every=0)


@day("prusa-3.13")
def bad_power_panic(h):
    """The mains fails in the middle of a print."""
    h.start_print()
    h.moves(3, percent=(0, 20))
    h.printer.command("panic")
    h.idle(4, every=0)


@day("marlin-2.1.2-modern")
def bad_silence(h):
    """The printer stops answering in the middle of a print."""
    h.start_print()
    h.moves(3, percent=(0, 20))
    h.silent()
    h.send("M105", numbered=False, seconds=10)
    h.idle(4, every=0)


@day("prusa-3.13")
def bad_host_stutters(h):
    """A host that pauses 0.6 s behind every 50 lines; moves of 20 ms: the planner runs dry."""
    h.start_print()
    h.moves(10, length=0.4, feed=1200, stutter=(50, 0.6), rows=1)


@day("prusa-3.13", "--noise-within-lines")
def bad_cable(h):
    """One line in 200 arrives damaged."""
    h.start_print()
    h.printer.command("noise 0.00015")
    h.moves(14, length=2.5, feed=1200)


@day("prusa-3.13", "--noise-within-lines")
def bad_breaking_cable(h):
    """Every 15th line arrives damaged."""
    h.start_print()
    h.printer.command("noise 0.002")
    h.moves(7, length=2.5, feed=1200)


@day("prusa-3.13")
def bad_thermistor_prusa(h):
    """The hotend's thermistor opens in a print: the Prusa stops answering."""
    h.start_print()
    h.moves(1, percent=(0, 20))
    h.printer.command("thermistor")
    h.idle(3, every=0)


@day("marlin-2.1.2-modern")
def bad_thermistor_marlin(h):
    """The hotend's thermistor opens in a print: Marlin reports it and stops."""
    h.start_print()
    h.moves(1, percent=(0, 20))
    h.printer.command("thermistor")
    h.idle(3, every=0)


@day("marlin-2.1.2-modern")
def bad_emergency_stop(h):
    """M112 in a print: the firmware halts."""
    h.start_print()
    h.moves(1, percent=(0, 20))
    h.port.write(b"M112\n")
    h.idle(3, every=0)


@day("prusa-3.13")
def bad_runout(h):
    """The filament runs out in a print, and nobody comes."""
    h.start_print()
    h.moves(1, percent=(0, 20))
    h.printer.command("runout")
    h.idle(4, every=0)


@day("prusa-3.13")
def bad_crashes(h):
    """Four crashes of the print head in a print."""
    h.start_print()
    for _ in range(4):
        h.moves(1)
        h.printer.command("crash")
    h.moves(1)


@day("prusa-3.13")
def bad_fan(h):
    """The nozzle's fan stops in a print."""
    h.start_print()
    h.moves(1)
    h.printer.command("fan")
    h.moves(3)


@day("prusa-3.13")
def bad_draught(h):
    """In the print the nozzle falls to 180 degrees and stays there."""
    h.start_print(bed=35)
    h.printer.command("temperatures 180 35 0 0")
    h.moves(15)


@day("prusa-3.13")
def bad_wait_without_end(h):
    """M109 in the print, and the nozzle never reaches that temperature."""
    h.start_print(tool=180, bed=30)
    h.moves(0.5)
    h.printer.command("temperatures 180 30 0 0")
    h.send("M109 S215", seconds=1000)


@day("prusa-3.13")
def bad_stuck_heater(h):
    """The nozzle heats although it has no target."""
    h.switch_on()
    h.printer.command("temperatures 25 25 0.5 0")
    rest(5)


@day("prusa-3.13")
def bad_worn_heater(h):
    """A print that needs the nozzle heater's full power to hold its temperature; the nozzle was still hot."""
    values = "T:{tool} /{tool_target} B:{bed} /{bed_target} T0:{tool} /{tool_target} @:127 B@:40 P:25.5 A:25.4"
    h.printer.command("temperatures 215 60 0 0")
    h.printer.command("report " + values)
    h.printer.command(f"answer M105 ok {values}\\n")
    h.start_print()
    h.moves(8)


@day("prusa-3.13")
def bad_hot_electronics(h):
    """The board is at 66 degrees."""
    values = "T:{tool} /{tool_target} B:{bed} /{bed_target} T0:{tool} /{tool_target} @:0 B@:0 P:45.5 A:66.1"
    h.printer.command("report " + values)
    h.printer.command(f"answer M105 ok {values}\\n")
    h.switch_on()
    rest(12)


@day("prusa-3.13")
def bad_driver(h):
    """A motor driver reports overheating in a print."""
    h.start_print()
    h.moves(1)
    h.printer.command("say TMC DRIVER OVERTEMP X")
    h.moves(1)


@day("prusa-3.13")
def bad_leveling(h):
    """The probe does not find the bed at the start of a print."""
    h.start_print()
    h.printer.command("say Bed leveling failed. Sensor triggered too high")
    h.idle(2, every=0)


@day("prusa-3.13")
def bad_mmu(h):
    """The MMU cannot load a filament and waits for its button."""
    h.switch_on()
    for _ in range(120):
        h.printer.command("say echo:MMU2:<Q0 E8001*ea.")
        time.sleep(1)


@day("prusa-3.13")
def bad_crashes_counted(h):
    """The printer's own count of crashes has risen by nine when it is switched on again."""
    h.printer.command("answer D3 D3 - Read/Write EEPROM\\n000eff  03 00 02 00 05 00 05 00\\n")
    h.switch_on()
    rest(4)
    h.printer.command("answer D3 D3 - Read/Write EEPROM\\n000eff  03 00 02 00 05 00 0e 00\\n")
    h.printer.command("reset")
    rest(4)


@day("prusa-3.13")
def bad_usb(h):
    """The USB device disappears and returns again and again."""
    h.switch_on()
    for _ in range(5):
        rest(1)
        h.printer.command("unplug")
        rest(0.2)
        h.printer.command("replug")
    rest(1)


@day("marlin-2.1.2-plain")
def bad_bare_answers(h):
    """The printer answers, but without temperatures: M105 gives a bare ok."""
    h.switch_on()
    h.printer.command("answer M105 ok\\n")
    for _ in range(240):
        h.printer.command("say echo:SD card released")
        time.sleep(5)


@day("marlin-2.1.2-advanced-ok")
def bad_oks_missing(h):
    """One ok in 100 does not come; the host sends its next line after two seconds."""
    h.start_print()
    h.printer.command("lose-oks 0.01")
    h.moves(15, length=5, feed=600, patience=2)


@day("prusa-3.13")
def bad_flood(h):
    """A host that sends ahead of the oks."""
    h.switch_on()
    h.open()
    h.idle(1)
    h.port.write(b"G4 S6\n" + b"M117 a message for the display\n" * 30)
    h.idle(3)


@day("prusa-3.13")
def bad_deaf_host(h):
    """A host that sends and never reads."""
    h.switch_on()
    h.open()
    h.idle(0.5)
    for _ in range(240):
        h.port.write(b"M503\n")
        time.sleep(1)


@day("prusa-3.13")
def bad_agent_down(h):
    """The agent ends and does not start again."""
    h.switch_on()
    rest(1)
    h.agent.stop()
    rest(4)


@day("prusa-3.13")
def bad_agent_vanished(h):
    """No data come any more: the Pi is off and pushed its data."""
    h.switch_on()
    rest(1)
    h.moved(None)
    rest(7)


@day("prusa-3.13")
def bad_agent_restarts(h):
    """The agent starts again and again."""
    h.switch_on()
    for _ in range(4):
        rest(0.7)
        h.restart_agent()
    rest(1)


@day("prusa-3.13")
def bad_configuration(h):
    """A mistake in the configuration that a reload finds."""
    path = os.path.join(h.rig.directory, "agent.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[printer.mk3]\ndevice = '{h.device}'\n")
    h.replace_agent(config=path)
    h.switch_on()
    rest(1)
    with open(path, "a", encoding="utf-8") as file:
        file.write("polll = 'off'\n")
    h.agent.signal(signal.SIGHUP)
    rest(7)


@day("prusa-3.13")
def bad_files(h):
    """The agent may open few files, and most of them are open."""
    h.switch_on()
    rest(1)
    process = h.agent.child.pid
    limit = int(len(os.listdir(f"/proc/{process}/fd")) / 0.86)
    resource.prlimit(process, resource.RLIMIT_NOFILE, (limit, limit))
    rest(7)


@day("prusa-3.13")
def bad_overloaded_pi(h):
    """Another program takes the processor from the agent, 0.4 s at a time, without a print."""
    h.switch_on()
    h.open()
    with h.halted(0.4, 0.8):
        h.idle(14)


@day("prusa-3.13")
def bad_clock(h):
    """The clock of the Pi is 20 minutes slow."""
    library = os.path.join(h.rig.directory, "shifted_clock.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "shifted_clock.c")], check=True)
    h.replace_agent(env=os.environ | {"LD_PRELOAD": library, "SHIFTED_CLOCK_SECONDS": "-1200"})
    h.switch_on()
    rest(8)


@day("prusa-3.13")
def bad_host_returns(h):
    """The host program crashes in a print, connects again and sends nothing. The nozzle was heated at the display before."""
    descriptor = os.open(h.printer.device, os.O_RDWR | os.O_NOCTTY)
    os.write(descriptor, b"M104 S215\n")
    time.sleep(1)
    os.close(descriptor)
    os.symlink(h.printer.device, h.device)
    h.agent.wait_for_up(120)
    h.open()
    h.begin(bed=30)
    h.moves(1, percent=(0, 20))
    h.close()
    rest(1)
    h.open()
    h.handshake()
    h.idle(6, every=0)


@day("prusa-3.13")
def bad_paused_long(h):
    """A print is paused, and nobody resumes it."""
    h.start_print(tool=40, bed=26)
    h.moves(0.1)
    h.send("M601")
    h.idle(30.4, every=0)


@day("prusa-3.13")
def bad_left_heated(h):
    """The nozzle is heated by hand and forgotten."""
    h.switch_on()
    h.open()
    h.send("M104 S215", numbered=False)
    h.idle(30.6, every=0)


def sd_file(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*HEAD, "M104 S215", "M140 S60", "M190 S60", "M109 S215", "G28 W", "G92 E0"]) + "\n")
        for step in range(1200):
            if step % 120 == 0:
                file.write(f"M73 P{step // 12} R{10 - step // 120}\n")
            file.write(f"G1 X{60 + 10 * (step % 2)} Y{60 + step % 7} E0.33 F1200\n")
        file.write("\n".join(END) + "\n")


# ------------------------------------------------------------------------------------------------------------ recording
def used_families():
    rules = "\n".join(line for line in read(PROMETHEUS, "alerts.yml").splitlines() if not re.match(r"\s+(summary|description|runbook_url):", line))
    return families_in(rules, exported())


def number(value):
    return f"{value:.10g}"


def compressed(values):
    """promtool's notation: `AxN` (N more times), `_xN` for no value; the first of them behind a value is `stale`, as at a scrape."""
    parts, at = [], 0
    while at < len(values):
        here = values[at]
        end = at + 1
        if here is None:
            while end < len(values) and values[end] is None:
                end += 1
            missing = end - at
            if at > 0:
                parts.append("stale")
                missing -= 1
            if missing:
                parts.append("_" if missing == 1 else f"_x{missing}")
        else:
            while end < len(values) and values[end] == here:
                end += 1
            parts.append(number(here) if end - at == 1 else f"{number(here)}x{end - at - 1}")
        at = end
    return " ".join(parts)


def written(prometheus, name, began, ended):
    """days/NAME.yml: a row for each series."""
    rows = []
    for family in sorted(used_families()) + ["up"]:
        fields = {"query": f'{{__name__=~"{family}(_bucket|_count|_sum)?",day="{name}"}}', "start": repr(began), "end": repr(ended), "step": str(STEP)}
        data = answered(f"http://{prometheus.address}/api/v1/query_range", urllib.parse.urlencode(fields).encode())["data"]["result"]
        for series in data:
            labels = {key: value for key, value in series["metric"].items() if key not in ("day", "__name__")}
            if family.endswith("latency_seconds") and series["metric"]["__name__"].endswith("_sum"):
                continue
            labels["instance"] = "pi:11520"
            at = {round((moment - began) / STEP): float(value) for moment, value in series["values"]}
            values = [at.get(slot) for slot in range(int((ended - began) / STEP) + 1)]
            if "_timestamp_seconds" in family:  # promtool's time begins at 0
                values = [None if value is None else round(value - began, 3) for value in values]
            values = [None if value is None or math.isnan(value) else value for value in values]
            text = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
            rows.append(f"  - {{series: '{series['metric']['__name__']}{{{text}}}', values: '{compressed(values)}'}}")
    path = os.path.join(HERE, "days", f"{name}.yml")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([f"# {DAYS[name][0].__doc__}", f"# Recorded by record_days.py; {int((ended - began) / 60)} minutes, firmware {DAYS[name][1]}.",
                              *sorted(rows)]) + "\n")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--agent", "--printer"):
        parser.add_argument(name, required=True)
    parser.add_argument("--only", default="", help="parts of names, with commas between them")
    options = parser.parse_args()
    chosen = {name: parts for name, parts in DAYS.items() if any(part in name for part in options.only.split(","))}
    shared = Rig(options)
    sd_file(os.path.join(shared.directory, "SDFILE"))
    targets = os.path.join(shared.directory, "targets.json")
    with open(targets, "w", encoding="utf-8") as file:
        file.write("[]")
    prometheus = shared.keep(Prometheus(shared.directory, "global: {scrape_interval: 5s, evaluation_interval: 15s}\n"
        f"rule_files: [{json.dumps(os.path.join(os.path.abspath(PROMETHEUS), 'alerts.yml'))}]\nscrape_configs:\n- job_name: marlin\n"
        f"  file_sd_configs: [{{files: ['{targets}'], refresh_interval: 1s}}]\n")).wait_until_ready()
    running, lock = {}, threading.Lock()

    def scrape(name, port):
        """From now on, at this port; None: no more."""
        with lock:
            running[name] = port
            entries = [{"targets": [f"127.0.0.1:{at}"], "labels": {"day": day_name, "instance": day_name}} for day_name, at in running.items() if at]
            with open(targets + ".new", "w", encoding="utf-8") as file:
                json.dump(entries, file)
            os.replace(targets + ".new", targets)

    def live(name, function, firmware, firmware_options):
        rig = Rig(options)
        try:
            host = HostScript(rig, firmware, [option.replace("SDFILE", os.path.join(shared.directory, "SDFILE")) for option in firmware_options],
                              lambda port: scrape(name, port))
            began = wait_until(f"{name} is scraped", lambda: prometheus.query(f'up{{day="{name}"}} == 1') and time.time(), 60, 0.5)
            function(host)
            written(prometheus, name, began, time.time())
            print(f"{name}: {(time.time() - began) / 60:.1f} minutes", flush=True)
        except (Failed, Exception):  # pylint: disable=broad-except
            print(f"{name}: {traceback.format_exc()}", flush=True)
        finally:
            scrape(name, None)
            rig.end(False)

    threads = [threading.Thread(target=live, args=(name, *parts)) for name, parts in chosen.items()]
    for thread in threads:
        thread.start()
        time.sleep(1)
    for thread in threads:
        thread.join()
    fired = answered(f"http://{prometheus.address}/api/v1/query", urllib.parse.urlencode(
        {"query": 'max by (alertname, day, sensor) (max_over_time(ALERTS{alertstate="firing"}[90m]))'}).encode())["data"]["result"]
    for series in sorted(json.dumps(series["metric"]) for series in fired):
        print("fired:", series)
    shared.end(False)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
