"""Host programs in a container: it sees the agent's directory at another place, and has a devpts of its own at /dev/pts.
The agent's ports are of the devpts that is mounted at pts in its directory.

Everything runs in a mount namespace of its own, with which the mounts end. Without the right to make one it is skipped
(status 77).
"""
import os
import shutil
import subprocess
import sys

from rig import Failed, HostPort, Process, claim, expect, run_claims, wait_until

PLACE = "/mnt"  # of the agent's directory in the container


def container_host(port):
    """The program in the container: "COUNT" on its input: prints that many lines, answers "printed"."""
    from print_client import PrintClient
    for line in sys.stdin:
        wait_until("the port is there", lambda: os.path.exists(port), 30)
        client = PrintClient()
        client.connect_and_wait(port)
        client.send_now("M110 N-1")
        wait_until("M110 is answered", lambda: client.priqueue.empty() and client.clear, 10)
        client.print_and_wait([f"G1 X{number} F6000" for number in range(int(line))], 240)
        client.disconnect()
        print("printed", flush=True)


class Container(Process):
    def __init__(self, rig, agent):
        script = ('mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts && mount --rbind "$1" ' + PLACE +
                  ' && shift && exec "$@"')
        super().__init__(rig.directory, "container", ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
                                                      agent.runtime, sys.executable, os.path.abspath(__file__),
                                                      "--container-host", f"{PLACE}/mk3"], stdin=subprocess.PIPE)

    def print_lines(self, count, meanwhile=lambda: None):
        before = self.output().count("printed")
        self.child.stdin.write(f"{count}\n".encode())
        self.child.stdin.flush()
        meanwhile()
        wait_until(f"the container printed {count} lines", lambda: self.has_printed(before), 300, every=0.1)

    def has_printed(self, before):
        if not self.is_running():
            raise Failed("the program in the container ended: " + self.output()[-2000:])
        return self.output().count("printed") > before


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
def prints(rig, _):
    mount_instance(rig)
    printer, agent = start(rig, lambda rig, device: rig.start_agent(device))
    expect(os.readlink(agent.host_port) == "pts/0", f"the link is to {os.readlink(agent.host_port)}")
    container = rig.keep(Container(rig, agent))
    container.print_lines(2000)
    for _ in range(3):
        printer.command("unplug")
        wait_until("the link is gone", lambda: not os.path.lexists(agent.host_port), 10)
        printer.command("replug")
        agent.wait_for_up()
        container.print_lines(20)
    printer.stop()
    expect(moves_of(printer) == wanted(2000, 20, 20, 20), "not every line was executed once and in order")


@claim("a host in a container prints while the agent is killed and restarted with the descriptor store")
def survives(rig, _):
    from supervisor import SupervisedAgent
    mount_instance(rig)
    printer, agent = start(rig, lambda rig, device: rig.keep(SupervisedAgent(rig, device)))
    container = rig.keep(Container(rig, agent))
    container.print_lines(3000, lambda: agent.kill_often(20))
    agent.check()
    expect(agent.kills > 0, "the agent was never killed")
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


def inside_a_namespace():
    if os.environ.get("MARLIN_OWN_MOUNTS"):
        return
    command = ["unshare", "--mount", "--propagation", "private"] + (["--map-root-user"] if os.geteuid() else [])
    if not shutil.which("unshare") or subprocess.run([*command, "mount", "-t", "devpts", "-o", "newinstance", "devpts", PLACE],
                                                     capture_output=True, check=False).returncode != 0:
        print("skipped: this user may not mount a devpts")
        sys.exit(77)
    os.execvpe(command[0], [*command, sys.executable, *sys.argv], {**os.environ, "MARLIN_OWN_MOUNTS": "1"})


if __name__ == "__main__":
    if "--container-host" in sys.argv:
        container_host(sys.argv[-1])
    else:
        inside_a_namespace()
        run_claims()
