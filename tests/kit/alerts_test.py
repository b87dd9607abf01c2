"""The alerts: promtool accepts them, each one fires and stays quiet in a unit test of alerts/, and says what an owner needs."""
import glob
import os
import re

from kit import HERE, PROMETHEUS, ROOT, expect, promtool, read, run_claims, unknown_metrics

RULES = os.path.join(PROMETHEUS, "alerts.yml")
TESTS = sorted(glob.glob(os.path.join(HERE, "alerts", "*.yml")))
SEVERITIES = {"critical", "warning", "info"}


def alerts():
    """name -> the text of its rule."""
    blocks = re.split(r"^  - alert: ", read(RULES), flags=re.M)[1:]
    return {block.split("\n", 1)[0]: block for block in blocks}


def cases():
    """(alert, whether it is expected to fire) of every unit test."""
    found = []
    for path in TESTS:
        for block in re.split(r"^    alertname: ", read(path), flags=re.M)[1:]:
            name, rest = block.split("\n", 1)
            found.append((name, not rest.lstrip().startswith("exp_alerts: []")))
    return found


def accepted():
    promtool("check", "rules", RULES)
    expect(len(alerts()) >= 24, f"only {len(alerts())} alerts")
    expect(f"holds {len(alerts())} alerts" in read(ROOT, "README.md"), f"the README speaks of another number than {len(alerts())}")


def tested():
    for path in TESTS:
        promtool("test", "rules", path)


def both_ways():
    have = set(cases())
    lacking = [f"{name} has no test in which it {'fires' if fires else 'stays quiet'}"
               for name in alerts() for fires in (True, False) if (name, fires) not in have]
    expect(not lacking, "; ".join(lacking))
    stray = {name for name, _ in have} - set(alerts())
    expect(not stray, f"tests of alerts that do not exist: {stray}")  # such a test stays quiet for ever


def worded():
    for name, text in alerts().items():
        for part in ("summary", "description"):
            said = re.search(rf'^      {part}: "(.+)"$', text, re.M)
            expect(said and len(said.group(1)) > 15, f"{name} has no {part}")
        severity = re.search(r"labels: \{severity: (\w+)\}", text)
        expect(severity and severity.group(1) in SEVERITIES, f"{name} has no severity")


def known():
    expect(not unknown_metrics(read(RULES)), f"metrics that nobody exports: {unknown_metrics(read(RULES))}")


run_claims([
    ("promtool accepts the alerts, 24 or more and as many as the README says", accepted),
    ("each alert has a test in which it fires and one in which it stays quiet", both_ways),
    ("each alert has a summary, a description and a severity", worded),
    ("the alerts use only metrics that the agent exports or will", known),
    ("promtool's unit tests of the alerts hold", tested),
])
