"""Runs the steps (steps.py beside this file), each in a new machine, and prints for each whether it passed. Status 1 if
one did not.
Usage: campaign.py IMAGE PACKAGE NEXT-PACKAGE [--only WORDS]...     only the steps with these words in their title
"""
import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from scene import LOGS, Scene
from steps import MK3, STEPS
from vm import Failed, Vm

# A printer that is on before udev scans for devices; started only if the kernel's command line requests it.
PRINTER_AT_BOOT = f"""[Unit]
DefaultDependencies=no
After=systemd-modules-load.service systemd-remount-fs.service
Before=sysinit.target
[Service]
ExecStart=/bin/sh -c 'mkdir -p {LOGS} && modprobe vhci_hcd && exec python3 -u /root/usb_printer.py prusa {MK3} >> {LOGS}/{MK3}.log'
"""


class Campaign:
    def __init__(self, vm, package, next_package):
        self.vm = vm
        self.scene = Scene(vm)
        self.package, self.next_package = package, next_package

    def prepare(self):
        """One boot makes what the steps begin with: the two snapshots, and a disk with the package."""
        self.vm.make_disk("disk.qcow2")
        self.vm.start("disk.qcow2")
        self.scene.prepare()
        self.vm.put(self.package, "/root/package.deb")
        self.vm.put(self.next_package, "/root/next.deb")
        self.vm.save("bare")
        self.scene.install("/root/package.deb")
        self.vm.wait("the service", "systemctl is-active -q marlin-agent")
        self.vm.save("installed")
        self.vm.run("cat > /etc/systemd/system/usb-at-boot.service", stdin=PRINTER_AT_BOOT.encode())
        self.vm.power_off()
        shutil.copy(self.vm.path("disk.qcow2"), self.vm.path("cold.qcow2"))

    def run_step(self, begins, boot, function):
        if begins == "cold":
            self.vm.stop()
            self.vm.make_disk("boot.qcow2", backing="cold.qcow2")
            self.vm.start("boot.qcow2", **boot)
            self.vm.run(f"mkdir -p {LOGS}; modprobe vhci_hcd")
        else:
            self.vm.start("disk.qcow2", snapshot=begins)
        function(self.scene)

    def report(self):
        """Prints what helps to understand a failure."""
        for command in ("journalctl -u marlin-agent --no-pager -o short-monotonic | tail -n 25",
                        f"tail -n 8 {LOGS}/*", "dmesg | tail -n 8"):
            said = self.vm.ssh(command, timeout=30).stdout.decode(errors="replace")
            print("".join(f"        {line}\n" for line in said.splitlines()), end="")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("image")
    parser.add_argument("package")
    parser.add_argument("next_package")
    parser.add_argument("--only", action="append")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    counts = {True: 0, False: 0}
    with tempfile.TemporaryDirectory(prefix="marlin-vm-") as work:
        vm = Vm(arguments.image, work)
        campaign = Campaign(vm, arguments.package, arguments.next_package)

        def run(title, function, *words):
            began = time.monotonic()
            try:
                function(*words)
                held = True
            except (Failed, OSError, subprocess.SubprocessError) as error:
                held = False
                reason = error
            counts[held] += 1
            print(f"{'ok    ' if held else 'FAILED'}  {title} ({time.monotonic() - began:.0f} s)" + ("" if held else f": {reason}"), flush=True)
            if not held:
                campaign.report()
            return held

        try:
            if run("a Debian boots, and the package is installed", campaign.prepare):
                for title, begins, boot, function in STEPS:
                    if not arguments.only or any(words in title for words in arguments.only):
                        run(title, campaign.run_step, begins, boot, function)
        finally:
            vm.stop()
    print(f"{counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0


if __name__ == "__main__":
    sys.exit(main())
