"""A virtual machine from the image of tests/system/kernel/make_image, without KVM: boots cold or continues from a
snapshot, runs shell commands by ssh, and never outlives this process."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

KERNEL_ARGUMENTS = ("root=/dev/vda rw rootfstype=ext4 console=ttyS0 net.ifnames=0 quiet mitigations=off audit=0 "
                    "systemd.show_status=0 tsc=reliable no_timer_check")
BOOT_SECONDS = 300
PR_SET_PDEATHSIG = 1


class Failed(Exception):
    """A step did not see what it waited for."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Vm:
    def __init__(self, image, work):
        self.image = os.path.realpath(image)
        self.work = work  # a short path: socket names are limited
        self.process = None
        self.key = os.path.join(work, "key")
        shutil.copy(os.path.join(image, "key"), self.key)
        os.chmod(self.key, 0o600)

    def path(self, name):
        return os.path.join(self.work, name)

    def make_disk(self, name, backing=None):
        """A disk that begins as a copy of the image, or of another disk."""
        backing = os.path.realpath(self.path(backing)) if backing else os.path.join(self.image, "disk.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", backing, "-F", "qcow2", self.path(name)], check=True)

    def start(self, disk, snapshot=None, more=(), append=""):
        """Starts it and waits for ssh. From a snapshot it takes some seconds, cold about 20 on two quiet cores."""
        self.stop()
        self.port = free_port()
        command = [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", "768",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", os.path.join(self.image, "vmlinuz"), "-initrd", os.path.join(self.image, "initrd.img"), "-append", f"{KERNEL_ARGUMENTS} {append}",
            "-drive", f"if=virtio,file={self.path(disk)},cache=unsafe,discard=unmap",
            "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-device", "virtio-rng-pci", "-device", "qemu-xhci,id=xhci",
            "-chardev", f"socket,id=ftdi,path={self.path('ftdi.sock')},server=on,wait=off",
            "-chardev", f"file,id=console,path={self.path('console.log')}", "-serial", "chardev:console",
            "-monitor", f"unix:{self.path('monitor.sock')},server=on,wait=off", *more]
        if snapshot:
            command += ["-loadvm", snapshot]
        libc = ctypes.CDLL(None)
        with open(self.path("qemu.log"), "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        deadline = time.monotonic() + BOOT_SECONDS
        while self.ssh("true", timeout=10).returncode != 0:
            if self.process.poll() is not None:
                raise Failed("QEMU ended: " + open(self.path("qemu.log"), errors="replace").read()[-500:])
            if time.monotonic() > deadline:
                raise Failed("it does not boot: " + open(self.path("console.log"), errors="replace").read()[-500:])
            time.sleep(0.3)

    def stop(self):
        if self.process is None:
            return
        subprocess.run(self.ssh_command()[:-1] + ["-O", "exit", "root@127.0.0.1"], stderr=subprocess.DEVNULL, check=False)
        if self.process.poll() is None:
            try:
                self.monitor("quit")
                self.process.wait(20)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()
        self.process = None

    def power_off(self):
        self.ssh("systemctl poweroff", timeout=20)
        self.process.wait(120)
        self.stop()

    def monitor(self, command):
        """Sends a command to QEMU's monitor; returns its output."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(120)
            connection.connect(self.path("monitor.sock"))
            said = self.until_prompt(connection)
            connection.sendall(command.encode() + b"\n")
            if command == "quit":
                while connection.recv(65536):
                    pass
                return ""
            said = self.until_prompt(connection)
            return said.decode(errors="replace").split("\r\n", 1)[-1].replace("(qemu) ", "").strip()

    def wait_for_status(self, status, seconds=60):
        """Waits until QEMU reports this status, such as "suspended"."""
        deadline = time.monotonic() + seconds
        while status not in self.monitor("info status"):
            if time.monotonic() > deadline:
                raise Failed(f"the machine is not {status}: {self.monitor('info status')}")
            time.sleep(0.2)

    @staticmethod
    def until_prompt(connection):
        said = b""
        while not said.endswith(b"(qemu) "):
            data = connection.recv(65536)
            if not data:
                raise OSError("the monitor is gone")
            said += data
        return said

    def save(self, name):
        self.run("sync")
        said = self.monitor(f"savevm {name}")
        if said:
            raise Failed(f"savevm: {said}")

    def ssh_command(self):
        return ["ssh", "-i", self.key, "-p", str(self.port), "-oBatchMode=yes", "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null",
                "-oLogLevel=ERROR", "-oConnectTimeout=5", "-oControlMaster=auto", f"-oControlPath={self.path('ssh')}-%p",
                "-oControlPersist=60", "root@127.0.0.1"]

    def ssh(self, script, stdin=b"", timeout=60):
        try:
            return subprocess.run([*self.ssh_command(), script], input=stdin, timeout=timeout, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(script, 255, b"", b"no answer in time")

    def run(self, script, stdin=b"", timeout=120):
        """Runs a script as root; returns its output. A script that fails fails the step."""
        result = self.ssh(script, stdin, timeout)
        output = result.stdout.decode(errors="replace")
        if result.returncode != 0:
            raise Failed(f"`{script}`: status {result.returncode}: {(output + result.stderr.decode(errors='replace'))[-600:].strip()}")
        return output

    def holds(self, condition):
        return self.ssh(condition).returncode == 0

    def wait(self, what, condition, seconds=60):
        """Waits until a shell condition holds there; returns the seconds of the machine's monotonic clock."""
        script = (f"up() {{ read -r s _ < /proc/uptime; echo ${{s%.*}}; }}; end=$(($(up) + {seconds})); "
                  f"until {{ {condition}\n}} > /dev/null 2>&1; do [ $(up) -lt $end ] || exit 9; sleep 0.1; done; cut -d' ' -f1 /proc/uptime")
        result = self.ssh(script, timeout=seconds * 4 + 30)
        if result.returncode != 0:
            raise Failed(f"never: {what} (within {seconds} s)")
        return float(result.stdout)

    def put(self, path, name):
        with open(path, "rb") as file:
            self.run(f"cat > {name}", stdin=file.read())
