"""No alert fires on a healthy day: what a real Prometheus recorded of real agents and virtual printers (record_days.py) goes through
alerts.yml at Prometheus's own intervals. An alert that says what happened, such as a finished print, is listed here. The days
called bad-... have a fault, and exactly its alerts fire."""
import glob
import os
import re
import tempfile

from shared import HERE, PROMETHEUS, expect, promtool, read, run_claims

# What an owner wants to know of that day.
WANTED = {day: {"MarlinPrintFinished"} for day in (
    "agent-restarted", "fast-host", "finished-and-closed", "hot-end-code-host-stays", "mk3-evening", "reset-after-the-print", "sd-print",
    "slow-host", "very-slow-host")}
WANTED |= {
    "filament-change-old-mk3": {"MarlinNeedsAttention", "MarlinPrintFinished"},
    "switched-off-alone": {"MarlinPrinterOffline"},
    "switched-off-with-host": {"MarlinPrinterOffline"},
    # Bad days.
    "bad-host-crashes": {"MarlinHostLeftPrint", "MarlinPrintFailed"},
    "bad-power-panic": {"MarlinPowerPanic", "MarlinPrintFailed"},
    "bad-reset": {"MarlinPrinterReset", "MarlinPrintFailed"},
    "bad-silence": {"MarlinPrinterLostWhilePrinting"},
}


def recordings():
    return {os.path.basename(path)[:-4]: read(path) for path in sorted(glob.glob(os.path.join(HERE, "days", "*.yml")))}


def length(text):
    """Minutes that a recording covers."""
    return int(re.search(r"(\d+) minutes", text).group(1))


def quiet_days():
    days = recordings()
    expect(len(days) >= 10 and set(WANTED) <= set(days), f"recordings: {sorted(days)}")
    tests = []
    for name, text in days.items():
        rows = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        wanted = "".join(f"\n    - {{labels: '{{alertname=\"{alert}\"}}', value: 1}}" for alert in sorted(WANTED.get(name, []))) or " []"
        tests.append(f"- name: {name}\n  interval: 15s\n  input_series:\n{rows}\n  promql_expr_test:\n"
                     f"  - expr: max by (alertname) (max_over_time(ALERTS{{alertstate=\"firing\"}}[3h]))\n    eval_time: {length(text)}m\n"
                     f"    exp_samples:{wanted}\n")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "days.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"rule_files: [{os.path.abspath(os.path.join(PROMETHEUS, 'alerts.yml'))}]\nevaluation_interval: 15s\ntests:\n" + "".join(tests))
        promtool("test", "rules", path)


def complete():
    """A recording without a family would keep the alerts on it quiet whatever they say."""
    families = set(re.findall(r"\b(?:marlin|process)_[a-z0-9_]+", "".join(
        line for line in read(PROMETHEUS, "alerts.yml").splitlines(True) if not re.match(r"\s+(#|summary|description|runbook_url)", line))))
    for name, text in recordings().items():
        have = set(re.findall(r"series: '(\w+)\{", text))
        # Known only from what the printer of that day is or does.
        missing = {family for family in families - have if not re.search(r"lifetime|mmu|change_remaining|fan_speed|position_bytes|job_info", family)}
        expect(not missing, f"{name} lacks {sorted(missing)}: record it again")


run_claims([
    ("the recordings of healthy days have every family that an alert uses", complete),
    ("no alert fires on a healthy day but those that say what happened, and on a bad day its own", quiet_days),
])
