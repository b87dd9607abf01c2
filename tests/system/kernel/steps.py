"""The steps of the campaign, in their order. Each begins in a new machine: "bare" and "installed" are snapshots of a
booted machine, without and with the package; "cold" boots one that has the package."""
import datetime
import json
import socket
import threading
import time

from firmware import Firmware
from scene import LOGS, expect

STEPS = []
MK3 = "CZPX0917X003XC13518"
OTHER_MK3 = "CZPX4519X004XC40123"
NAME, OTHER_NAME = f"mk3-{MK3}", f"mk3-{OTHER_MK3}"
PRINTER_ON = "systemd.wants=usb-at-boot.service"
YEAR = 365 * 24 * 3600


def step(title, begins, **boot):
    """Adds a step. boot: arguments of Vm.start, for a cold one."""
    def add(function):
        STEPS.append((title, begins, boot, function))
        return function
    return add


# --- installation

@step("the package is installed while the printer is on", "bare")
def install_with_printer_on(scene):
    scene.plug(MK3)
    scene.install("/root/package.deb")
    scene.opens(NAME)
    scene.knows(NAME)
    job = scene.begin_print(NAME, 50)
    job.ends_whole(MK3)
    expect(scene.count(MK3, "dtr 1") == 1, "the printer was opened more than once")


@step("the package is installed while another program has the port open: the agent does not open it", "bare")
def install_with_port_in_use(scene):
    tty, _ = scene.plug(MK3)
    scene.vm.run(f"systemd-run -q --collect --unit=holder sh -c 'exec < /dev/{tty}; stty raw -echo; exec sleep 1000'")
    scene.vm.wait("the other program has the port", f"ls -l /proc/*/fd 2>/dev/null | grep -q /dev/{tty}$")
    scene.install("/root/package.deb")
    pid = scene.agent_pid()
    scene.holds_still("the agent opened a port that another program has open", f"! ls -l /proc/{pid}/fd | grep -q /dev/{tty}$", 15)
    scene.vm.run("systemctl stop holder")
    scene.opens(NAME, 60)


# --- switching on

@step("installed with no printer, then the printer is switched on", "installed")
def switched_on_after_installation(scene):
    expect(scene.vm.run("cat /sys/class/tty/*/device/interface 2>/dev/null; ls /dev/ttyACM* 2>/dev/null || true") == "", "there is a printer")
    scene.plug(MK3)
    scene.opens(NAME)
    scene.knows(NAME)


@step("the log has no denied opening at plugging", "installed")
def no_denied_opening(scene):
    # Between the events of the kernel and of udev the tty belongs to root only; here for a whole second.
    scene.vm.run("""echo 'SUBSYSTEM=="tty", KERNEL=="ttyACM*", PROGRAM="/bin/sleep 1"' > /etc/udev/rules.d/00-slow.rules; udevadm control --reload""")
    for _ in range(3):
        scene.plug(MK3)
        scene.opens(NAME, 30)
        scene.unplug(MK3)
        scene.vm.wait("the tty is gone", "! ls /dev/ttyACM*")
    denied = scene.said("Permission denied")
    expect(denied == 0, f"{denied} openings before udev had given the device its group")


# --- the cable

@step("unplugged and replugged as another tty, while idle and during a print", "installed")
def another_tty(scene):
    first, _ = scene.plug(MK3)
    scene.knows(NAME)
    scene.unplug(MK3)
    scene.vm.wait("the agent has closed the device", f"! curl -s localhost:11520/metrics | grep -qF 'marlin_serial_open{{printer=\"{NAME}\"}} 1'")
    scene.plug("E660000000000001", kind="other")  # takes the number
    second, _ = scene.plug(MK3)
    expect(second != first, f"the printer is {second} again, so this step proves nothing")
    scene.knows(NAME)
    job = scene.begin_print(NAME)
    job.goes_on()
    scene.unplug(MK3)
    scene.unplug("E660000000000001")
    scene.vm.wait("the tty is gone", "! ls /dev/ttyACM*")
    third, _ = scene.plug(MK3)
    expect(third == first, f"the printer is {third}, not {first}, so this step proves nothing")
    scene.vm.run(f"systemctl stop {job.unit} || true")
    scene.knows(NAME)
    scene.begin_print(NAME, 50).ends_whole(MK3)


@step("two printers of one kind print simultaneously; one is unplugged and comes back", "installed")
def two_printers(scene):
    scene.plug(MK3)
    scene.plug(OTHER_MK3)
    scene.knows(NAME)
    scene.knows(OTHER_NAME)
    one, two = scene.begin_print(NAME), scene.begin_print(OTHER_NAME)
    one.goes_on()
    two.goes_on()
    scene.unplug(OTHER_MK3)
    one.goes_on()
    scene.vm.run(f"systemctl stop {two.unit} || true")
    scene.plug(OTHER_MK3)
    scene.knows(OTHER_NAME)
    again = scene.begin_print(OTHER_NAME)
    again.goes_on()
    again.ends_whole(OTHER_MK3)
    one.ends_whole(MK3)


@step("a CH340 by configuration", "installed")
def ch340(scene):
    scene.configure('[printer.ender]\nusb = "1a86:7523"\n')
    for _ in range(2):
        tty, _ = scene.plug("noserial", kind="ch340")
        expect(tty.startswith("ttyUSB"), f"it is {tty}")
        scene.knows("ender")
        job = scene.begin_print("ender")
        job.goes_on()
        job.ends_whole("noserial")
        scene.unplug("noserial")
        scene.vm.wait("the tty is gone", "! ls /dev/ttyUSB*")


class FtdiPrinter:
    """A printer behind QEMU's FTDI adapter. The firmware runs outside the machine; modem lines are not visible here."""

    def __init__(self, scene, serial):
        self.scene, self.serial = scene, serial
        self.log = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(scene.vm.path("ftdi.sock"))
        self.firmware = Firmware(self.send, self.log.append)
        threading.Thread(target=self.serve, daemon=True).start()
        said = scene.vm.monitor(f"device_add usb-serial,chardev=ftdi,id=ftdi,bus=xhci.0,serial={serial},always-plugged=on")
        expect(not said, f"device_add: {said}")
        scene.vm.wait("the tty", "[ -e /dev/ttyUSB0 ]")

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:  # the machine has ended
            self.firmware.off()

    def serve(self):
        try:
            while data := self.socket.recv(4096):
                self.firmware.receive(data)
        except OSError:
            pass

    def remove(self):
        self.scene.vm.monitor("device_del ftdi")
        self.scene.vm.wait("the tty is gone", "! [ -e /dev/ttyUSB0 ]")
        self.firmware.off()
        self.socket.close()

    def numbered(self):
        begin = max(number for number, line in enumerate(self.log) if "M110" in line)
        return [line.removeprefix("line ") for line in self.log[begin + 1:] if line.startswith("line N")]


@step("an FTDI adapter by configuration", "installed")
def ftdi(scene):
    scene.configure('[printer.rambo]\nusb = "0403:6001"\n')
    for round_number in range(2):
        printer = FtdiPrinter(scene, f"FT{round_number}")
        scene.knows("rambo")
        job = scene.begin_print("rambo")
        job.goes_on()
        sent = job.end()
        expect(printer.numbered() == sent, f"the host sent {len(sent)} lines, the printer got {len(printer.numbered())}, or others")
        printer.remove()


# --- ends of the agent

@step("restart, kill -9 and an upgrade by dpkg in a print", "installed")
def ends_of_the_agent(scene):
    scene.plug(MK3)
    scene.knows(NAME)
    job = scene.begin_print(NAME)
    job.goes_on()
    pids = {scene.agent_pid()}

    def another_process():
        pid = scene.vm.run("until p=$(systemctl show --property MainPID --value marlin-agent) && [ $p != 0 ]"
                           + "".join(f" && [ $p != {old} ]" for old in pids) + "; do sleep 0.1; done; echo $p").strip()
        pids.add(pid)
        job.goes_on()

    scene.vm.run("systemctl restart marlin-agent")
    another_process()
    scene.vm.run("systemctl kill --signal KILL --kill-who main marlin-agent")
    another_process()
    scene.install("/root/next.deb")
    another_process()
    job.ends_whole(MK3)
    expect(scene.vm.run("dpkg-query -W -f '${Version}' marlin-agent").endswith("+next"), "the package was not upgraded")
    expect(scene.count(MK3, "dtr") == 1, "the modem lines changed")


@step("the OOM killer in a print: the agent, then another process of its unit", "installed")
def oom_killer(scene):
    scene.plug(MK3)
    scene.knows(NAME)
    job = scene.begin_print(NAME)
    job.goes_on()
    group = scene.vm.run("echo /sys/fs/cgroup$(systemctl show --property ControlGroup --value marlin-agent)").strip()
    kills = f"$(sed -n 's/^oom_kill //p' {group}/memory.events)"
    pid = scene.agent_pid()
    scene.vm.run(f"echo 100K > {group}/memory.max")  # below what the agent cannot give back
    scene.vm.wait("the OOM killer", f"[ ! -e /proc/{pid} ]")
    scene.vm.wait("another process", f"echo max > {group}/memory.max; p=$(systemctl show --property MainPID --value marlin-agent) && [ $p != 0 ] && [ $p != {pid} ]")
    job.goes_on()
    expect(scene.said("has been killed by the OOM killer") == 1, "the agent did not end by the OOM killer")
    pid = scene.agent_pid()
    scene.vm.run(f"""before={kills}; echo 64M > {group}/memory.max
        sh -c 'echo $$ > {group}/cgroup.procs; echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero' || true
        echo max > {group}/memory.max; [ {kills} -gt $before ]""")
    job.goes_on(100)
    expect(scene.agent_pid() == pid, "the agent was restarted")
    job.ends_whole(MK3)
    expect(scene.count(MK3, "dtr") == 1, "the modem lines changed")


@step("release, flash by another program, attach, reset", "installed")
def release_and_attach(scene):
    tty, _ = scene.plug(MK3)
    scene.knows(NAME)
    scene.vm.run(f"marlin-agent release {NAME}")
    scene.vm.wait("the port is closed", f"! ls -l /proc/{scene.agent_pid()}/fd | grep -q /dev/{tty}$")
    expect(scene.count(MK3, "dtr") == 1 and scene.count(MK3, "reset") == 1, "the release changed the modem lines")
    scene.vm.run(f"""python3 - <<'FLASH'
import fcntl, os, struct, termios, time
port = os.open("/dev/{tty}", os.O_RDWR | os.O_NOCTTY)
for command in (termios.TIOCMBIC, termios.TIOCMBIS):
    fcntl.ioctl(port, command, struct.pack("i", termios.TIOCM_DTR))
    time.sleep(0.1)
os.write(port, b"flashing\\n")
os.close(port)
FLASH""")
    scene.vm.wait("the other program reset the printer", f"grep -q 'dtr 0' {LOGS}/{MK3}.log && [ $(grep -c reset {LOGS}/{MK3}.log) -ge 2 ]")
    scene.holds_still("the agent took a released port", f"! ls -l /proc/{scene.agent_pid()}/fd | grep -q /dev/{tty}$", 3)
    scene.vm.run(f"marlin-agent attach {NAME}")
    scene.knows(NAME)
    resets = scene.count(MK3, "reset")
    scene.vm.run(f"marlin-agent reset {NAME}")
    scene.vm.wait("the reset", f"[ $(grep -c reset {LOGS}/{MK3}.log) = {resets + 1} ]")
    scene.knows(NAME)
    scene.begin_print(NAME, 50).ends_whole(MK3)


@step("a host that starts before the agent", "installed")
def host_before_agent(scene):
    scene.vm.run("systemctl stop marlin-agent")
    scene.plug(MK3)
    job = scene.begin_print(NAME, 50)
    scene.vm.run("systemctl start marlin-agent")
    scene.vm.wait("the print", f"grep -q -e ^done -e ^wrong {job.file}", 90)
    job.ends_whole(MK3)


# --- ends of the machine

@step("the machine sleeps (S3) during a print and wakes; the printer is found again", "installed")
def sleep(scene):
    # Through an FTDI adapter: vhci_hcd refuses to sleep with a device plugged in. USB loses power, which ends this
    # print.
    scene.configure('[printer.rambo]\nusb = "0403:6001"\n')
    printer = FtdiPrinter(scene, "FT9")
    scene.knows("rambo")
    job = scene.begin_print("rambo")
    job.goes_on()
    pid = scene.agent_pid()
    scene.vm.run("echo deep > /sys/power/mem_sleep; systemd-run -q --collect sh -c 'echo mem > /sys/power/state'")
    scene.vm.wait_for_status("suspended")
    scene.vm.monitor("system_wakeup")
    scene.vm.wait("the machine is awake", "dmesg | grep -q 'PM: suspend exit'")
    scene.vm.run(f"systemctl stop {job.unit} || true")
    scene.knows("rambo")
    expect(scene.agent_pid() == pid, "the agent was restarted")
    job = scene.begin_print("rambo")
    job.goes_on()
    sent = job.end()
    expect(printer.numbered() == sent, f"the host sent {len(sent)} lines, the printer got {len(printer.numbered())}, or others")


@step("boot with the printer off, then on", "cold")
def boot_with_printer_off(scene):
    scene.vm.wait("the service", "systemctl is-active -q marlin-agent")
    _, when = scene.plug(MK3)
    opened = scene.opens(NAME)
    expect(opened - when < 15, f"it took {opened - when:.1f} s")
    scene.knows(NAME)
    scene.begin_print(NAME, 50).ends_whole(MK3)


@step("boot with the printer on", "cold", append=PRINTER_ON)
def boot_with_printer_on(scene):
    scene.opens(NAME, 60)
    scene.knows(NAME)
    expect(scene.count(MK3, "dtr 1") == 1, "the printer was opened more than once")
    scene.begin_print(NAME, 50).ends_whole(MK3)


@step("a clock that is a year behind at boot and jumps forward and back during a print", "cold", append=PRINTER_ON,
      more=["-rtc", "base=" + (datetime.datetime.utcnow() - datetime.timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%S")])
def clock_jumps(scene):
    behind = time.time() - int(scene.vm.run("date +%s"))
    expect(behind > YEAR / 12, f"the machine's clock is only {behind:.0f} s behind")  # systemd sets it to its own date at least
    scene.knows(NAME)
    job = scene.begin_print(NAME)
    job.goes_on()
    pid = scene.agent_pid()
    for jump in (YEAR, -YEAR):
        before = scene.vm.run("date +%s; cut -d. -f1 /proc/uptime").split()
        scene.vm.run(f"date -s @{int(before[0]) + jump}")
        job.goes_on(100)
        now, up = (int(word) for word in scene.vm.run("date +%s; cut -d. -f1 /proc/uptime").split())
        expect(scene.metric(f'marlin_up{{printer="{NAME}"}}') == 1, "the printer counts as lost")
        expect(scene.metric(f'marlin_state{{printer="{NAME}",state="printing"}}') == 1, "the print is no longer known")
        elapsed = scene.metric(f'marlin_print_elapsed_seconds{{printer="{NAME}"}}')
        expect(elapsed is not None and 0 <= elapsed <= up, f"marlin_print_elapsed_seconds is {elapsed}, {up} s after the boot")
        received = scene.metric(f'marlin_serial_last_receive_timestamp_seconds{{printer="{NAME}"}}')
        expect(received is not None and abs(now - received) < 60, f"the last byte came at {received}, and it is {now}")
        status = json.loads(scene.vm.run("marlin-agent status --json"))
        expect(0 <= status["agent"]["uptime_seconds"] <= up, f"the agent says it is up for {status['agent']['uptime_seconds']} s")
        expect(scene.metric(f'marlin_serial_disconnects_total{{printer="{NAME}"}}') in (None, 0), "the line was lost")
    expect(scene.agent_pid() == pid, "the agent was restarted")
    job.ends_whole(MK3)
    scene.unplug("at-boot")
    scene.vm.wait("the print's end in the list", "marlin-agent jobs --json | grep -q end", 60)
    jobs = json.loads(scene.vm.run("marlin-agent jobs --json"))
    up = int(scene.vm.run("cut -d. -f1 /proc/uptime"))
    for known in jobs:
        for key, value in known.items():
            if key.endswith("_seconds") and not key.endswith("_unix_seconds") and value is not None:
                expect(0 <= value <= up, f"the list of prints says {key} {value}, {up} s after the boot")
