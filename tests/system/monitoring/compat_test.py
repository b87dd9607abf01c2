"""The old names: promtool accepts the recording rules, and each rule computes its value from one printer's metrics."""
import os
import re

from shared import HERE, PROMETHEUS, expect, promtool, read, run_claims, unknown_metrics

RULES = os.path.join(PROMETHEUS, "compat.yml")
TESTS = os.path.join(HERE, "compat.yml")


def records():
    return re.findall(r"record: (\w+)", read(RULES))


def accepted():
    promtool("check", "rules", RULES)
    expect(len(records()) == len(set(records())), "a name is recorded twice")


def tested():
    promtool("test", "rules", TESTS)


def all_tested():
    with_value = set(re.findall(r"labels: '(\w+)", read(TESTS)))
    lacking = [name for name in records() if name not in with_value]
    expect(not lacking, f"no test expects a value of {lacking}")


def known():
    expect(not unknown_metrics(read(RULES)), f"metrics that the agent does not export: {unknown_metrics(read(RULES))}")


run_claims([
    ("promtool accepts the recording rules, and none occurs twice", accepted),
    ("each old name has a test that expects its value", all_tested),
    ("the rules use only metrics that the agent exports", known),
    ("promtool's unit tests of the old names hold", tested),
])
