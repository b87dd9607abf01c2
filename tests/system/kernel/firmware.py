"""A Prusa MK3S with firmware 3.13 as far as a print needs it. It does not know USB: bytes come in by receive(), bytes
go out by send(), and events go to log(). Its texts are those of tests/data/recordings/prusa/mk3s-3.13.3.

  N12 G1 X5*87  ->  ok          N14 G1 X5*81  ->  Error:Line Number ..., Resend: 13, ok
"""
import re
import threading

BOOT = (b"start\necho: 3.13.3-7591\nSpoolJoin is Off\n External Reset\n"
        b"echo: Last Updated: 2024-02-27 17:16:52 | Author: (none, default config)\n"
        b"echo: Free Memory: 2504  PlannerBufferBytes: 1760\necho:Hardcoded Default Settings Loaded\nadc_init\n"
        b"Hotend fan type: NOCTUA\nCrashDetect ENABLED!\nSending 0xFF\necho:SD card ok\n")
IDENTITY = (b"FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware "
            b"PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000\n"
            b"Cap:AUTOREPORT_TEMP:1\nCap:AUTOREPORT_FANS:1\nCap:AUTOREPORT_POSITION:1\nCap:EXTENDED_M20:1\nCap:PRUSA_MMU2:1\n")
TEMPERATURES = b"T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4\n"
POSITION = b"X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00\n"
FANS = b"E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0\n"
ANSWERS = {b"M105": b"ok " + TEMPERATURES, b"M115": IDENTITY + b"ok\n", b"M114": POSITION + b"ok\n",
           b"M27": b"Not SD printing\nok\n"}
BOOT_SECONDS = 0.5
LONGEST_LINE = 96


class Firmware:
    def __init__(self, send, log):
        self.send = send
        self.log = log
        self.lock = threading.RLock()
        self.timers = []
        self.booting = False
        self.off()

    def off(self):
        """Clears all state, as a power cycle does."""
        with self.lock:
            for timer in self.timers:
                timer.cancel()
            self.timers = []
            self.rest = b""
            self.last_number = 0
            self.reports = (0, 0)

    def reset(self):
        """The reset line of the processor: `start` comes when the boot loader has finished."""
        with self.lock:
            self.off()
            self.booting = True
            self.log("reset")
            self.later(BOOT_SECONDS, self.booted)

    def booted(self):
        self.booting = False
        self.send(BOOT)

    def later(self, seconds, function):
        timer = threading.Timer(seconds, function)
        timer.daemon = True
        self.timers = [*[old for old in self.timers if old.is_alive()], timer]
        timer.start()

    def receive(self, data):
        with self.lock:
            if self.booting:
                return
            *lines, self.rest = (self.rest + data).split(b"\n")
            self.rest = self.rest[-LONGEST_LINE:]
            for line in lines:
                self.line(line.strip())

    def line(self, line):
        if not line:
            return
        self.log("line " + line.decode("ascii", "replace"))
        numbered = re.fullmatch(rb"N(-?\d+) ?(.*)\*(\d+)", line)
        if numbered:
            number = int(numbered[1])
            checksum = 0
            for byte in line[:line.rindex(b"*")]:
                checksum ^= byte
            setting = numbered[2].startswith(b"M110")
            if checksum != int(numbered[3]) or not (setting or number == self.last_number + 1):
                what = "checksum mismatch" if checksum != int(numbered[3]) else "Line Number is not Last Line Number+1"
                self.log(f"refused {number}: {what}")
                self.send(b"Error:%s, Last Line: %d\nResend: %d\nok\n" % (what.encode(), self.last_number, self.last_number + 1))
                return
            self.last_number = number
            line = numbered[2]
        code = line.split()[0]
        if code == b"M155":
            self.set_reports({word[:1]: int(word[1:]) for word in line.split()[1:]})
        self.send(ANSWERS.get(code, b"ok\n"))

    def set_reports(self, words):
        running = self.reports[0] > 0
        self.reports = (words.get(b"S", self.reports[0]), words.get(b"C", 1))
        if self.reports[0] > 0 and not running:
            self.later(self.reports[0], self.report)

    def report(self):
        with self.lock:
            seconds, mask = self.reports
            if seconds > 0:
                self.send((TEMPERATURES if mask & 1 else b"") + (POSITION if mask & 4 else b"") + (FANS if mask & 2 else b""))
                self.later(seconds, self.report)
