"""The environment of the agent in the virtual machine: printers that are plugged in and out, hosts that print, and the
checks of a step. A printer is named by its serial number."""
import os
import re
import time

from vm import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
LOGS = "/run/printers"


def expect(condition, what):
    if not condition:
        raise Failed(what)


class Print:
    """A host that prints until it is stopped; a file contains each line that it sent."""

    def __init__(self, scene, name, lines=None):
        self.scene, self.vm, self.name, self.lines = scene, scene.vm, name, lines
        self.file = f"{LOGS}/{name}.host"
        self.unit = f"host-{name}"
        self.vm.run(f"systemd-run -q --collect --unit={self.unit} -p StandardOutput=truncate:{self.file} "
                    f"python3 -u /root/host.py /run/marlin-agent/{name} {lines or ''}")

    def count(self):
        return int(self.vm.run(f"grep -c ^N {self.file} || true"))

    def goes_on(self, lines=50, seconds=60):
        """Waits for that many more lines."""
        goal = self.count() + lines
        self.vm.wait(f"{lines} more lines of the print on {self.name}",
                     f"[ $(grep -c ^N {self.file}) -ge {goal} ] || grep -q -e ^wrong -e ^done {self.file}", seconds)
        self.unbroken()

    def unbroken(self):
        last = self.vm.run(f"tail -n 1 {self.file}").strip()
        expect(not last.startswith("wrong"), f"the print on {self.name}: {last}")

    def end(self):
        """Ends it, after its current line if it has no last one; returns the lines that it sent."""
        if not self.lines:
            self.vm.run(f"systemctl kill {self.unit}")
        self.vm.wait(f"the end of the print on {self.name}", f"grep -q -e ^wrong -e ^done {self.file}", 90)
        self.unbroken()
        return [line for line in self.vm.run(f"cat {self.file}").splitlines() if line.startswith("N")]

    def ends_whole(self, serial):
        """Ends it; the printer must have got each line once and in order, and its modem lines must not have changed."""
        sent = self.end()
        log = self.scene.log(serial)
        begin = max(number for number, line in enumerate(log) if "M110" in line)
        got = [line.split(" ", 2)[2] for line in log[begin + 1:] if re.match(r"\S+ line N", line)]
        for number, line in enumerate(sent):
            expect(number < len(got) and got[number] == line,
                   f"the host's line {line} came as {got[number] if number < len(got) else 'nothing'}")
        expect(len(got) == len(sent), f"the host sent {len(sent)} lines, the printer got {len(got)}")
        wrong = [line for line in log[begin + 1:] if re.match(r"\S+ (dtr|reset|refused|unplugged)", line)]
        expect(not wrong, f"in the print: {', '.join(wrong)}")
        return len(sent)


class Scene:
    def __init__(self, vm):
        self.vm = vm

    def prepare(self):
        for name in ("firmware.py", "usb_printer.py", "host.py"):
            self.vm.put(os.path.join(HERE, name), f"/root/{name}")
        self.vm.run(f"mkdir -p {LOGS}; modprobe vhci_hcd; [ -w /sys/devices/platform/vhci_hcd.0/attach ]")

    # --- printers
    def plug(self, serial, kind="prusa"):
        """Plugs a printer in; returns the name of its tty and the machine's seconds at which the tty existed."""
        self.vm.run(f"rm -f {LOGS}/{serial}.log; systemd-run -q --collect --unit=usb-{serial} -p StandardOutput=append:{LOGS}/{serial}.log "
                    f"python3 -u /root/usb_printer.py {kind} {serial}")
        link = "/dev/serial/by-id/usb-1a86_*" if kind == "ch340" else f"/dev/serial/by-id/*_{serial}-*"
        when = self.vm.wait(f"the tty of {serial}", f"[ -e {link} ]")
        return os.path.basename(self.vm.run(f"readlink -f {link}").strip()), when

    def unplug(self, serial):
        self.vm.run(f"systemctl stop usb-{serial}")

    def log(self, serial):
        return self.vm.run(f"cat {LOGS}/{serial}.log").splitlines()

    def count(self, serial, event):
        """How often that event happened to the printer since it was plugged in: "dtr 1", "reset"."""
        return sum(bool(re.match(rf"\S+ {event}", line)) for line in self.log(serial))

    # --- the agent
    def install(self, package, seconds=120):
        self.vm.run(f"DEBIAN_FRONTEND=noninteractive dpkg -i {package}", timeout=seconds)

    def opens(self, name, seconds=15):
        """Waits until the agent has the printer's port open; returns the time of that."""
        return self.vm.wait(f"the agent opens {name}; its log: {self.last_words()}",
                            f"curl -s localhost:11520/metrics | grep -qF 'marlin_serial_open{{printer=\"{name}\"}} 1'", seconds)

    def knows(self, name, seconds=60):
        """Waits until the printer is identified and idle."""
        self.opens(name, seconds)
        self.vm.wait(f"{name} is idle", f"marlin-agent status | grep -q '^{name} *idle'", seconds)

    def last_words(self):
        return self.vm.run("journalctl -u marlin-agent -o cat --no-pager | tail -n 3 || true").strip().replace("\n", " / ")

    def said(self, text):
        return int(self.vm.run(f"journalctl -u marlin-agent -o cat --no-pager | grep -cF '{text}' || true"))

    def metric(self, series):
        """The value of a series, None if it is absent."""
        for line in self.vm.run("curl -s localhost:11520/metrics").splitlines():
            if line.startswith(series + " "):
                return float(line.rsplit(" ", 1)[1])
        return None

    def agent_pid(self):
        return self.vm.run("systemctl show --property MainPID --value marlin-agent").strip()

    def configure(self, text):
        self.vm.run("cat > /etc/marlin-agent/marlin-agent.toml && systemctl reload-or-restart marlin-agent", stdin=text.encode())

    def begin_print(self, name, lines=None):
        return Print(self, name, lines)

    def holds_still(self, what, condition, seconds):
        """Checks that the condition stays true that long: for events that must not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            expect(self.vm.holds(condition), what)
