"""The alerts: promtool accepts them, each one fires and stays quiet in a unit test of alerts/, and has the text an
owner needs."""
import glob
import os
import re

from shared import HERE, PROMETHEUS, ROOT, expect, promtool, read, run_claims, unknown_metrics

RULES = os.path.join(PROMETHEUS, "alerts.yml")
TESTS = sorted(glob.glob(os.path.join(HERE, "alerts", "*.yml")))
RUNBOOK = os.path.join(ROOT, "packaging", "doc", "runbook.md")
RUNBOOK_URL = "file:///usr/share/doc/marlin-agent/runbook.md"
SEVERITIES = {"critical", "warning", "info"}


def alerts():
    """name -> the text of its rule."""
    blocks = re.split(r"^  - alert: ", read(RULES), flags=re.M)[1:]
    return {block.split("\n", 1)[0]: block for block in blocks}


def cases():
    """alert -> what its unit tests expect, a set each: {True} fires, {False} stays quiet, both: fires later."""
    found = {}
    for path in TESTS:
        for test in re.split(r"^- name: ", read(path), flags=re.M)[1:]:
            checks = re.findall(r"^    alertname: (\w+)\n    exp_alerts:( \[\])?$", test, re.M)
            expect(len({name for name, _ in checks}) == 1, f"a test in {path} covers no alert or several: {test[:80]}")
            found.setdefault(checks[0][0], []).append({not empty for _, empty in checks})
    return found


def accepted():
    promtool("check", "rules", RULES)
    expect(len(alerts()) >= 24, f"only {len(alerts())} alerts")
    expect(f"holds {len(alerts())} alerts" in read(ROOT, "README.md"), f"the README names another number than {len(alerts())}")


def tested():
    for path in TESTS:
        promtool("test", "rules", path)


def both_ways():
    have = cases()
    for name, rule in alerts().items():
        expect({False} in have.get(name, []), f"{name} has no test in which it stays quiet")
        wanted = {False, True} if re.search(r"^    for: ", rule, re.M) else {True}
        expect(wanted in have[name], f"{name} has no test in which it {'waits and ' if len(wanted) > 1 else ''}fires")
    stray = set(have) - set(alerts())
    expect(not stray, f"tests of alerts that do not exist: {stray}")  # such a test could never fail


def worded():
    for name, text in alerts().items():
        for part in ("summary", "description"):
            said = re.search(rf'^      {part}: "(.+)"$', text, re.M)
            expect(said and len(said.group(1)) > 15, f"{name} has no {part}")
        severity = re.search(r"labels: \{severity: (\w+)\}", text)
        expect(severity and severity.group(1) in SEVERITIES, f"{name} has no severity")


def explained():
    runbook = read(RUNBOOK)
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^# |^## |\Z)", runbook, re.M | re.S))
    names = re.findall(r"^## (\w+)$", runbook, re.M)
    expect(names == list(alerts()), f"sections without alert, or alerts without section, or another order: "
                                    f"{sorted(set(names) ^ set(alerts())) or names}")
    for name, text in alerts().items():
        expect(f'      runbook_url: "{RUNBOOK_URL}#{name.lower()}"\n' in text, f"{name} has another runbook_url")
        severity = re.search(r"severity: (\w+)", text).group(1)
        expect(sections[name].lstrip().startswith(f"{severity.capitalize()}. "), f"{name}: the runbook begins with another severity than {severity}")
        check, _, todo = sections[name].partition("\nDo: ")
        expect(re.search(r"^Check.*:\n\n    \S", check, re.M) and len(todo) > 20, f"{name}: the runbook lacks what to check or to do")
    expect("packaging/doc/runbook.md\n" in read(ROOT, "packaging", "debian", "marlin-agent.docs"), "the package lacks the runbook")
    expect("-X.md" in read(ROOT, "packaging", "debian", "rules"), "the package would compress the runbook: runbook_url names runbook.md")


def known():
    expect(not unknown_metrics(read(RULES)), f"metrics that the agent does not export: {unknown_metrics(read(RULES))}")


run_claims([
    ("promtool accepts the alerts, 24 or more and as many as the README says", accepted),
    ("each alert has a test in which it fires, after its delay if it has one, and one in which it stays quiet", both_ways),
    ("each alert has a summary, a description and a severity", worded),
    ("each alert has its section in the runbook, with what to check and to do, and a link to it, and no section is left over", explained),
    ("the alerts use only metrics that the agent exports", known),
    ("promtool's unit tests of the alerts hold", tested),
])
