"""Starts with a configuration file that takes the process down, under a replacement for systemd."""
import os

from rig import HostPort, claim, expect, free_port, run_claims, wait_until
from supervisor import SupervisedAgent


def section(device, more=""):
    return f'[printer.mk3]\ndevice = "{device}"\n{more}'


@claim("after three starts that a file ended the agent continues with the configuration that worked, until the file changes")
def deadly_file(rig, options):
    device = rig.raw_device()
    path = os.path.join(rig.directory, "agent.toml")

    def write(text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    write(section(device.path))
    agent = rig.keep(SupervisedAgent(rig, None, "--config", path))

    def value(name):
        return agent.scrape().value("marlin_" + name)

    agent.wait_for_web()
    wait_until("the port is open", lambda: value("serial_open") == 1)
    wait_until("the configuration is stored", lambda: "marlin--configuration" in agent.store)
    write(section(device.path, f'[record]\ndir = "{rig.directory}/deadly"\n'))
    os.environ["LD_PRELOAD"] = options.deadly
    try:
        agent.may_end = True
        agent.restart()
        wait_until("three starts ended", lambda: agent.instances == 5, 30)
        agent.wait_for_web()
        agent.may_end = False
        wait_until("the port is still open", lambda: value("serial_open") == 1)
        expect(value("agent_config_last_reload_successful") == 0, "the metrics hide that the file is not in use")
        expect("three starts with this file ended before the agent was ready" in agent.output(), "the log does not say why")
        agent.restart()
        agent.wait_for_web()
        expect(agent.instances == 6, "the same file was tried again")
        write(section(device.path, "baud = 250000\n"))
        agent.restart()
        agent.wait_for_web()
        wait_until("the changed file is in use", lambda: value("agent_config_last_reload_successful") == 1)
        wait_until("the start that succeeded is no longer counted", lambda: "marlin--starts" not in agent.store)
        expect(agent.instances == 7, "it was started more often")
    finally:
        del os.environ["LD_PRELOAD"]


@claim("after a restart without usable state and recording directories the port stays open, the web serves, and both come back")
def without_directories(rig, _):
    device = rig.raw_device()
    state, recordings = os.path.join(rig.directory, "state"), os.path.join(rig.directory, "recordings")
    agent = rig.keep(SupervisedAgent(rig, device.path, "--record", recordings))
    agent.wait_for_web()
    wait_until("store and port are open", lambda: agent.scrape().value("marlin_agent_store_working") == 1 and
               agent.scrape().value("marlin_serial_open") == 1)
    for directory in (state, recordings):  # root may write to a read-only directory: a file is in the way instead
        os.rename(directory, directory + ".away")
        with open(directory, "w", encoding="utf-8") as file:
            file.write("in the way")
    agent.restart()
    agent.wait_for_web()
    expect(agent.instances == 2, "it was started more often")
    expect(agent.scrape().value("marlin_agent_store_working") == 0, "the metrics hide that there is no store")
    device.answer_like_a_printer(1)
    wait_until("the port is open", lambda: agent.scrape().value("marlin_serial_open") == 1)
    expect("mk3: resumed" in agent.output() and agent.output().count("mk3: opened") == 1, "the port was opened again")
    expect("cannot use the state directory" in agent.output() and "nothing is recorded" in agent.output(), "the log does not say so")
    before = len(os.listdir(recordings + ".away"))
    for directory in (state, recordings):
        os.unlink(directory)
        os.rename(directory + ".away", directory)
    wait_until("the store works again", lambda: agent.scrape().value("marlin_agent_store_working") == 1, 40)
    wait_until("it records again", lambda: device.answer_like_a_printer(0.2) or len(os.listdir(recordings)) > before, 20)


@claim("while no name server answers for the web address, a start and a restart serve the printer at once")
def silent_name_server(rig, options):
    device = rig.raw_device()
    path = os.path.join(rig.directory, "agent.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(section(device.path, "poll = false\n"))
    os.environ["LD_PRELOAD"] = options.deadly
    try:
        agent = rig.keep(SupervisedAgent(rig, None, "--config", path, "--web.listen-address", f"silent.test:{free_port()}"))

        def goes_on(host, line):
            host.write(line + b"\n")
            device.read_until(line, 5)
            device.write(b"ok\n")
            host.read_until(b"ok\n", 5)

        wait_until("the host port is there", lambda: os.path.exists(agent.host_port), 5)
        host = HostPort(agent.host_port)
        goes_on(host, b"G28")
        wait_until("the start is READY", lambda: agent.ready)
        agent.restart()
        goes_on(host, b"G1 X1")
        wait_until("the restart is READY", lambda: agent.ready)
        expect(not host.hung_up and agent.output().count("mk3: opened") == 1, "the port was opened again")
        host.close()
    finally:
        del os.environ["LD_PRELOAD"]


run_claims(lambda parser: parser.add_argument("--deadly", required=True, help="deadly-directory.so"))
