"""Shared by the monitoring integration tests: paths, the agent's metrics, and a runner of claims like that of
e2e/rig.py.

The shipped YAML is read with regular expressions: its layout is under our control, and promtool checks its meaning.
"""
import os
import re
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
PROMETHEUS = os.path.join(ROOT, "packaging", "prometheus")
GRAFANA = os.path.join(ROOT, "packaging", "grafana")
METRIC = re.compile(r"\b(?:marlin|process)_[a-z0-9_]+\b")
HISTOGRAM_ENDS = ("_bucket", "_sum", "_count")

sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from rig import Failed, expect  # noqa: E402  (the path comes first)


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def exported():
    """family -> its label names: the list against which agent/metrics/metrics_families.cpp is tested."""
    rows = (line.split(",", 3) for line in read(ROOT, "tests", "unit", "agent", "metrics", "families.txt").splitlines() if line)
    return {name: labels.split() for name, _, labels, _ in rows}


def family_of(metric, families):
    for end in HISTOGRAM_ENDS:
        if metric.endswith(end) and metric[:-len(end)] in families:
            return metric[:-len(end)]
    return metric


def unknown_metrics(text):
    """Metrics in a text that the agent does not export."""
    families = exported()
    return sorted({metric for metric in METRIC.findall(text) if family_of(metric, families) not in families})


def families_in(text, families):
    return {family_of(metric, families) for metric in METRIC.findall(text)} & set(families)


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"promtool {' '.join(arguments[:2])}: {(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def run_claims(claims):
    """Runs each (text, function) in turn; exit status 1 if one did not hold."""
    lost = 0
    for text, function in claims:
        began = time.monotonic()
        held = False
        try:
            function()
            held = True
        except Failed as reason:
            print(f"     {reason}")
        except Exception:
            traceback.print_exc(file=sys.stdout)
        print(f"{'ok  ' if held else 'FAIL'} {text} ({time.monotonic() - began:.1f} s)", flush=True)
        lost += not held
    sys.exit(1 if lost else 0)
