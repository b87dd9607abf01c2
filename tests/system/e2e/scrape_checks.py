"""What no scrape may show, whatever happens to the machine: a value that cannot be, a temperature that the printer never
reported, a counter that goes back although its line went on."""
import math
import re

from rig import PRINTER_REPORTED, expect

MAY_BE_NEGATIVE = {"marlin_axis_position_meters", "marlin_mmu_slot"}
MOST_ONE = ("marlin_heater_duty_ratio", "marlin_fan_duty_ratio", "marlin_print_progress_ratio")
STATES = ("marlin_state", "marlin_mmu_state")
# Counted by the process; everything else that a printer's line counts goes on in the next instance.
OF_THE_PROCESS = re.compile(r"marlin_agent_|process_|marlin_serial_(dis)?connects_total|marlin_state_seconds_total|"
                            r"marlin_recorded_bytes_total|marlin_prints|marlin_recorded_|marlin_host_connects_total")
TEMPERATURE = re.compile(rb"(?:^|[ :/])(-?\d+(?:\.\d+)?)(?= |/|$)")


def check_values(metrics):
    """One scrape by itself."""
    for name, labels, value in metrics.samples:
        expect(math.isfinite(value), f"{name}{labels} is {value}")
        expect(value >= 0 or name in MAY_BE_NEGATIVE, f"{name}{labels} is {value}")
        expect(value <= 1 or name not in MOST_ONE, f"{name}{labels} is {value}")
        expect(value in (0, 1) or not name.endswith("_info"), f"{name}{labels} is {value}")
    for name in STATES:
        states = metrics.all(name)
        expect(not states or sorted(states)[-2:] == [0, 1] and sum(states) == 1, f"{name} has the values {states}")
    if metrics.value("marlin_up") == 0:
        stale = [name for name in PRINTER_REPORTED if metrics.has(name)]
        expect(not stale, f"exported although marlin_up is 0: {stale}")
    check_histograms(metrics)


def check_histograms(metrics):
    before = {}
    for name, labels, value in metrics.samples:
        key = (name.removesuffix("_bucket").removesuffix("_count"), *sorted(item for item in labels.items() if item[0] != "le"))
        if name.endswith("_bucket"):
            expect(value >= before.get(key, 0), f"the buckets of {key} do not add up")
            before[key] = value
    for name, labels, value in metrics.samples:
        key = (name.removesuffix("_count"), *sorted(labels.items()))
        if name.endswith("_count") and key in before:
            expect(value == before[key], f"the last bucket of {key} is {before[key]}, its count {value}")


class Scrapes:
    """All scrapes of one run, in order."""

    def __init__(self, one_line):
        self.one_line = one_line  # the line went on: its counters never go back
        self.counters = {}
        self.temperatures = set()
        self.count = 0

    def add(self, metrics):
        self.count += 1
        check_values(metrics)
        for name, labels, value in metrics.samples:
            if name == "marlin_temperature_celsius":
                self.temperatures.add((labels["sensor"], value))
            if not self.one_line or not name.endswith("_total") or OF_THE_PROCESS.match(name):
                continue
            key = (name, *sorted(labels.items()))
            expect(value >= self.counters.get(key, 0), f"{key} went from {self.counters.get(key)} to {value}")
            self.counters[key] = value

    def check_temperatures(self, wire):
        """`wire`: everything that the printer sent."""
        reported = set()
        for line in wire.splitlines():
            if b"T:" in line or b"B:" in line:
                reported.update(float(number) for number in TEMPERATURE.findall(line))
        wrong = [each for each in sorted(self.temperatures) if each[1] not in reported]
        expect(not wrong, f"temperatures that the printer never reported: {wrong}")
