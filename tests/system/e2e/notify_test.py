"""The messages to the service manager: this test is the socket that systemd would listen on."""
import os
import select
import signal
import socket
import time

from rig import PATIENCE, HostPort, claim, expect, free_port, run_claims, wait_until


class ServiceManager:
    """What sd_notify sends: datagrams of assignments. Agents that are started meanwhile inherit its address."""

    def __init__(self, rig, watchdog_seconds=None):
        path = os.path.join(rig.directory, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)
        self.heard = []
        os.environ["NOTIFY_SOCKET"] = path
        if watchdog_seconds:
            os.environ["WATCHDOG_USEC"] = str(int(watchdog_seconds * 1e6))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.environ.pop("NOTIFY_SOCKET", None)
        os.environ.pop("WATCHDOG_USEC", None)
        self.socket.close()

    def read(self):
        while True:
            try:
                self.heard += self.socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return self.heard

    def wait_for(self, assignment, seconds=30):
        wait_until(assignment, lambda: assignment in self.read(), seconds)


def config_file(rig, text):
    path = os.path.join(rig.directory, "agent.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


@claim("READY when it serves, a line about the printer, RELOADING and READY at SIGHUP, STOPPING at SIGTERM")
def notifies(rig, _):
    with ServiceManager(rig) as manager:
        printer = rig.start_printer("prusa-3.13", "--speed", "50")
        path = config_file(rig, f'[printer.mk3]\ndevice = "{printer.device}"\n[printer.mini]\ndevice = "{rig.directory}/none"\n')
        agent = rig.start_agent(None, config=path)
        manager.wait_for("READY=1")
        expect(agent.get("/metrics")[0] == 200, "it sent READY before it answers scrapes")
        manager.wait_for("STATUS=2 printers: mk3 idle; mini not plugged in", 60)
        expect(not any(state.startswith("WATCHDOG") for state in manager.read()), "a watchdog message that was not requested")
        agent.signal(signal.SIGHUP)
        manager.wait_for("RELOADING=1")
        wait_until("READY again", lambda: manager.read().count("READY=1") == 2)
        agent.stop()
        manager.wait_for("STOPPING=1")


@claim("the watchdog gets its messages, and none while the program hangs")
def feeds_the_watchdog(rig, _):
    with ServiceManager(rig, watchdog_seconds=3) as manager:
        device = rig.raw_device()
        agent = rig.start_agent(device.path)
        wait_until("three watchdog messages", lambda: manager.read().count("WATCHDOG=1") >= 3, 60)
        agent.signal(signal.SIGSTOP)
        wait_until("stopped", lambda: state_of(agent) == "T")
        manager.read()
        heard, _, _ = select.select([manager.socket], [], [], 4)
        expect(not heard, "a program that hangs sends watchdog messages")
        agent.signal(signal.SIGCONT)


@claim("a service manager that reads no more, as a systemd that crashed, stops nothing")
def deaf_manager(rig, _):
    with ServiceManager(rig, watchdog_seconds=3) as manager:
        device = rig.raw_device()
        agent = rig.start_agent(device.path)
        manager.wait_for("READY=1")
        agent.wait_for_port()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as others:
            others.setblocking(False)
            try:
                while True:
                    others.sendto(b"WATCHDOG=1", os.environ["NOTIFY_SOCKET"])
            except BlockingIOError:
                pass
        device.answer_like_a_printer(5)  # the agent has tried to send more than one message meanwhile
        agent.signal(signal.SIGHUP)
        wait_until("the reload ends", lambda: "read the configuration again" in agent.output())
        device.unplug()  # its next port is another descriptor to store
        wait_until("the agent misses the device", lambda: agent.scrape().value("marlin_serial_open") == 0)
        device.plug()
        deadline = time.monotonic() + 30 * PATIENCE
        while "reads no messages: a port is not stored" not in agent.output():
            expect(time.monotonic() < deadline, "the log does not say that a port is not stored")
            device.answer_like_a_printer(0.5)
        host = HostPort(agent.host_port)
        host.write(b"M117 still here\n")
        device.read_until(b"M117 still here\n")
        host.close()
        manager.read()
        manager.wait_for("FDNAME=marlin-mk3-tty")
        wait_until("the log says that the port is stored", lambda: "all ports are stored" in agent.output())


def state_of(process):
    with open(f"/proc/{process.child.pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


@claim("a wrong configuration is one line for systemctl status, and exit status 1, after which the unit does not restart it")
def wrong_configuration(rig, _):
    with ServiceManager(rig) as manager:
        path = config_file(rig, '[printer.mk3]\ndevice = "/dev/ttyACM0"\nbaud = 12\n')
        agent = rig.start_agent(None, config=path)
        wait_until("it ends", lambda: not agent.is_running())
        expect(agent.child.returncode == 1, f"its status is {agent.child.returncode}")
        reported = [state for state in manager.read() if state.startswith("STATUS=")]
        expect(len(reported) == 1 and "agent.toml:3:" in reported[0] and "baud" in reported[0], f"reported: {reported}")
        expect("READY=1" not in manager.heard, "it sent READY")


@claim("a failed reload is reported beside the printers until a correct file is read")
def wrong_reload(rig, _):
    with ServiceManager(rig) as manager:
        right = f'[printer.mk3]\ndevice = "{rig.directory}/none"\n'
        agent = rig.start_agent(None, config=config_file(rig, right))
        plain = "STATUS=mk3 not plugged in"
        manager.wait_for(plain)
        config_file(rig, right + "baud = 12\n")
        agent.signal(signal.SIGHUP)
        wait_until("the fault is reported", lambda: any("baud" in state and "mk3 not plugged in" in state for state in manager.read()))
        config_file(rig, right)
        agent.signal(signal.SIGHUP)
        wait_until("the fault is reported no more", lambda: manager.read().count(plain) == 2)


@claim("with an address in use the printers are served, the status reports it, and the web server starts once it is free")
def taken_address(rig, _):
    with ServiceManager(rig) as manager, socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        agent = rig.start_agent(rig.raw_device().path, "--web.listen-address", f"127.0.0.1:{port}")
        manager.wait_for("READY=1")
        agent.wait_for_port()
        wait_until("the fault is reported", lambda: any(str(port) in state and "mk3" in state for state in manager.read()))
        expect(agent.is_running() and "without a web server" in agent.output(), f"it said {agent.output()[-400:]}")
        other.close()
        agent.wait_for_web(20)
        wait_until("the status reports no fault any more", lambda: str(port) not in [s for s in manager.read() if s.startswith("STATUS=")][-1])


if __name__ == "__main__":
    run_claims()
