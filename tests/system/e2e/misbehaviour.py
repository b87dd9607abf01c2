"""Shared by the tests of misbehaving printers and hosts: the agent's memory growth, no values from garbage, a clean
print after."""
import os
import time

from print_checks import check_whole_print
from print_client import load
from rig import BUNNY, PRINTER_REPORTED, SHORT, expect, wait_until

GROWTH = 4 << 20   # room for buffers that fill once; a leak of 1 % of the traffic would be more


class Growth:
    """The largest growth of the agent's private memory after its warm-up."""

    def __init__(self, agent):
        self.agent = agent
        self.first = agent.private_bytes()
        self.most = self.first

    def sample(self):
        expect(self.agent.is_running(), "the agent ended")
        self.most = max(self.most, self.agent.private_bytes())

    def check(self):
        self.sample()
        grown = self.most - self.first
        expect(grown <= GROWTH or SHORT, f"it grew by {grown >> 10} kB")  # a sanitizer keeps what was freed
        return f"private memory {self.first >> 10} kB + {grown >> 10} kB"


def no_value(metrics):
    wrong = [name for name in PRINTER_REPORTED if metrics.has(name)]
    expect(not wrong, f"values out of garbage: {wrong}")


def clean_print_after(rig, agent, device):
    """A virtual printer replaces the device, and Printrun prints through the same agent."""
    device.unplug()
    wait_until("the agent noticed the loss", lambda: agent.scrape().value("marlin_serial_open") == 0, 10, 0.1)
    name = os.path.basename(device.path).removesuffix(".tty")
    printer = rig.start_printer("prusa-3.13", "--speed", "100", "--instant-moves", "--baud-pacing", "off", name=name)
    agent.wait_for_up()
    agent.wait_for_port()
    time.sleep(2)
    check_whole_print(agent, printer, load(BUNNY, 1000), 90)


def start(rig):
    """An agent on a device that the test simulates, slightly warmed up."""
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    agent.wait_for_web()
    agent.wait_for_port()
    for _ in range(20):
        agent.scrape()
    return device, agent
