"""Host programs in a container: it sees the agent's directory at another place, and has a devpts of its own at /dev/pts.
The agent's ports are of the devpts that is mounted at pts in its directory.

The container is a mount namespace; with --container-root it is one of runc with this root file system, without network,
and everything is longer. The test runs in a mount namespace of its own, with which the mounts end. Without the right to
make one it is skipped (status 77).
"""
import json
import os
import subprocess
import sys

import own_mounts
from rig import HERE, Failed, HostPort, Process, claim, expect, run_claims, wait_until

PLACE = "/mnt"  # of the agent's directory in the container
TESTS = "/srv"  # of this directory in it


def container_host(port):
    """The program in the container: "COUNT" on its input: prints that many lines, answers "printed"; "open": only opens
    the port and keeps it open."""
    from print_client import PrintClient
    for line in sys.stdin:
        wait_until("the port is there", lambda: os.path.exists(port), 30)
        if line.strip() == "open":
            held = HostPort(port)
            print("opened", held.descriptor, flush=True)
            continue
        client = PrintClient()
        client.connect_and_wait(port)
        client.send_now("M110 N-1")
        wait_until("M110 is answered", lambda: client.priqueue.empty() and client.clear, 10)
        client.print_and_wait([f"G1 X{number} F6000" for number in range(int(line))], 240)
        client.disconnect()
        print("printed", flush=True)


class Container(Process):
    """Runs container_host(); with `root` in a container of runc."""

    def __init__(self, rig, agent, root, name="container"):
        host = [os.path.basename(__file__), "--container-host", f"{PLACE}/mk3"]
        if root:
            bundle = os.path.join(rig.directory, name)
            os.makedirs(bundle)
            with open(os.path.join(bundle, "config.json"), "w", encoding="utf-8") as file:
                json.dump(runc_configuration(root, agent.runtime, ["/usr/bin/python3", f"{TESTS}/{host[0]}", *host[1:]]), file)
            command = ["runc", "--root", os.path.join(rig.directory, "runc"), "run", "--no-pivot", "--bundle", bundle, name]
        else:
            script = ('mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts && mount --rbind "$1" ' + PLACE +
                      ' && shift && exec "$@"')
            command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", agent.runtime, sys.executable,
                       os.path.join(HERE, host[0]), *host[1:]]
        super().__init__(rig.directory, name, command, stdin=subprocess.PIPE)

    def command(self, text):
        self.child.stdin.write(text.encode() + b"\n")
        self.child.stdin.flush()

    def print_lines(self, count, meanwhile=lambda: None):
        before = self.output().count("printed")
        self.command(str(count))
        meanwhile()
        wait_until(f"the container printed {count} lines", lambda: self.has_printed(before), 300, every=0.1)

    def has_printed(self, before):
        if not self.is_running():
            raise Failed("the program in the container ended: " + self.output()[-2000:])
        return self.output().count("printed") > before


def runc_configuration(root, runtime, command):
    """As a container program makes it: devpts, /dev and network of its own, no device of the machine. The one capability is
    needed where the printers' ports belong to another group than root's."""
    def mount(kind, destination, *options):
        return {"destination": destination, "type": kind, "source": kind, "options": ["nosuid", "noexec", *options]}

    def bind(source, destination, *options):
        return {"destination": destination, "type": "none", "source": source, "options": ["rbind", *options]}

    capabilities = ["CAP_DAC_OVERRIDE"]
    return {
        "ociVersion": "1.0.2",
        "root": {"path": root, "readonly": True},
        "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "args": command,
                    "env": ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"],
                    "capabilities": {kind: capabilities for kind in ("bounding", "effective", "permitted")}},
        "mounts": [mount("proc", "/proc"), mount("tmpfs", "/dev", "mode=755"), mount("tmpfs", "/tmp", "mode=1777"),
                   mount("devpts", "/dev/pts", "newinstance", "ptmxmode=666"),
                   bind(runtime, PLACE, "rslave"), bind(HERE, TESTS, "ro")],
        "linux": {"namespaces": [{"type": kind} for kind in ("mount", "pid", "ipc", "uts", "network")]},
    }


def mount_instance(rig):
    """What the mount unit does."""
    runtime = os.path.join(rig.directory, "run")
    instance = os.path.join(runtime, "pts")
    os.makedirs(instance)
    subprocess.run(["mount", "-t", "devpts", "-o", "newinstance,mode=660,ptmxmode=666", "devpts", instance], check=True)
    rig.started.insert(0, Instance(instance))  # unmounted last


class Instance:
    def __init__(self, path):
        self.path = path

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=False)


def start(rig, agent_of):
    printer = rig.start_printer("prusa-3.13", "--speed", "50", "--instant-moves")
    agent = agent_of(rig, printer.device)
    wait_until("the host port is there", lambda: os.path.exists(agent.host_port), 20)
    return printer, agent


def moves_of(printer):
    return [text for _, text in printer.executed() if text.startswith("G1 X")]


def wanted(*prints):
    return [f"G1 X{number} F6000" for count in prints for number in range(count)]


@claim("a host in a container prints, and a replugged printer appears in the running container: every line once and in order")
def prints(rig, options):
    lines, replugs = (10000, 20) if options.container_root else (2000, 3)
    mount_instance(rig)
    printer, agent = start(rig, lambda rig, device: rig.start_agent(device))
    expect(os.readlink(agent.host_port) == "pts/0", f"the link is to {os.readlink(agent.host_port)}")
    container = rig.keep(Container(rig, agent, options.container_root))
    container.print_lines(lines)
    for _ in range(replugs):
        printer.command("unplug")
        wait_until("the link is gone", lambda: not os.path.lexists(agent.host_port), 10)
        printer.command("replug")
        agent.wait_for_up()
        container.print_lines(20)
    printer.stop()
    expect(moves_of(printer) == wanted(lines, *[20] * replugs), "not every line was executed once and in order")


@claim("a second container at the same port is told, in the log and as a metric")
def second_container(rig, options):
    mount_instance(rig)
    _, agent = start(rig, lambda rig, device: rig.start_agent(device))
    agent.wait_for_up()
    for count, name in enumerate(("container", "second"), 1):
        container = rig.keep(Container(rig, agent, options.container_root, name))
        container.command("open")
        wait_until(f"{count} host programs are known", lambda count=count: agent.scrape().value("marlin_host_programs") == count, 20)
    wait_until("the log says it", lambda: "another program opened the host port too" in agent.output())


@claim("a host in a container prints while the agent is killed and restarted with the descriptor store")
def survives(rig, options):
    from supervisor import SupervisedAgent
    mount_instance(rig)
    printer, agent = start(rig, lambda rig, device: rig.keep(SupervisedAgent(rig, device)))
    container = rig.keep(Container(rig, agent, options.container_root))
    container.print_lines(3000, lambda: agent.kill_often(20))
    agent.check()
    expect(agent.kills == 20, f"the agent was killed {agent.kills} times during the print")
    printer.stop()
    expect(moves_of(printer) == wanted(3000), "not every line was executed once and in order")


@claim("a port from before the mount goes on until the printer is replugged; the next one is of the mount")
def old_port(rig, _):
    from supervisor import SupervisedAgent
    printer, agent = start(rig, lambda rig, device: rig.keep(SupervisedAgent(rig, device)))
    expect(os.readlink(agent.host_port).startswith("/dev/pts/"), f"the link is to {os.readlink(agent.host_port)}")
    host = HostPort(agent.host_port)
    host.write(b"M105\n")
    host.read_until(b"ok T:")
    mount_instance(rig)
    agent.restart()
    wait_until("the agent serves again", lambda: agent.serves, 10)
    expect(os.readlink(agent.host_port).startswith("/dev/pts/"), f"the link is to {os.readlink(agent.host_port)}")
    host.write(b"M105\n")
    host.read_until(b"ok T:")
    expect(not host.hung_up, "the host lost its port")
    printer.command("unplug")
    wait_until("the link is gone", lambda: not os.path.lexists(agent.host_port), 10)
    printer.command("replug")
    wait_until("the new port is of the mount", lambda: os.path.lexists(agent.host_port) and os.readlink(agent.host_port) == "pts/0", 20)
    host.close()


if __name__ == "__main__":
    if "--container-host" in sys.argv:
        container_host(sys.argv[-1])
    else:
        if not own_mounts.enter("devpts", "-o", "newinstance"):
            print("skipped: this user may not mount a devpts")
            sys.exit(77)
        run_claims(lambda parser: parser.add_argument("--container-root", help="the root file system of containers of runc"))
