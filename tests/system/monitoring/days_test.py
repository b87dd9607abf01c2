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
    "agent-restarted", "fast-host", "finished-and-closed", "hot-end-code-host-stays", "large-bed", "mk3-evening", "reset-after-the-print",
    "sd-print", "slow-host", "thinking-host", "very-slow-host")}
WANTED |= {
    "filament-change-old-mk3": {"MarlinNeedsAttention", "MarlinPrintFinished"},
    "switched-off-alone": {"MarlinPrinterOffline"},
    "switched-off-with-host": {"MarlinPrinterOffline"},
    "change-announced": {"MarlinFilamentChangeSoon", "MarlinPrintFinished"},
    # Bad days: the agent and its machine.
    "bad-agent-down": {"MarlinAgentDown"},
    "bad-agent-restarts": {"MarlinAgentRestarting"},
    "bad-agent-vanished": {"MarlinAgentVanished"},
    "bad-clock": {"MarlinClockWrong"},
    "bad-configuration": {"MarlinAgentErrors", "MarlinConfigurationRejected"},
    "bad-files": {"MarlinAgentOutOfFiles"},
    "bad-overloaded-pi": {"MarlinPiOverloaded"},
    # The line.
    "bad-bare-answers": {"MarlinQueriesUnanswered", "MarlinTemperaturesStale"},
    "bad-breaking-cable": {"MarlinLineBreaking"},
    "bad-cable": {"MarlinLineErrors"},
    "bad-deaf-host": {"MarlinHostNotReading"},
    "bad-flood": {"MarlinReceiveBufferOverflow"},
    "bad-host-stutters": {"MarlinPrinterStarved"},
    "bad-oks-missing": {"MarlinOksMissing"},
    "bad-usb": {"MarlinUsbUnstable"},
    # Heat.
    "bad-draught": {"MarlinHeaterFarFromTarget"},
    "bad-driver": {"MarlinDriverHot"},
    "bad-fan": {"MarlinFanError", "MarlinHotendFanStopped"},
    "bad-hot-electronics": {"MarlinElectronicsHot"},
    "bad-left-heated": {"MarlinLeftHeated"},
    "bad-stuck-heater": {"MarlinHeatingWithoutTarget"},
    # A killed Marlin answers nothing; a Prusa asks for a click.
    "bad-thermistor-marlin": {"MarlinPrintFailed", "MarlinPrinterLostWhilePrinting", "MarlinPrinterStopped", "MarlinThermalError"},
    "bad-thermistor-prusa": {"MarlinNeedsAttention", "MarlinPrintFailed", "MarlinPrinterStopped", "MarlinThermalError"},
    "bad-wait-without-end": {"MarlinHeaterFarFromTarget", "MarlinPrintStuck"},
    "bad-worn-heater": {"MarlinHeaterAtItsLimit"},
    # The print.
    "bad-crashes": {"MarlinCrashesRepeated"},
    "bad-crashes-counted": {"MarlinCrashesRising"},
    "bad-emergency-stop": {"MarlinPrintFailed", "MarlinPrinterLostWhilePrinting", "MarlinPrinterStopped"},
    "bad-host-returns": {"MarlinPrintFailed", "MarlinPrintInterrupted"},
    "bad-leveling": {"MarlinPrinterError"},
    "bad-mmu": {"MarlinMmuError"},
    "bad-paused-long": {"MarlinPrintPausedLong"},
    "bad-runout": {"MarlinFilamentRunout", "MarlinNeedsAttention"},
    "bad-host-crashes": {"MarlinHostLeftPrint", "MarlinPrintFailed"},
    "bad-power-panic": {"MarlinPowerPanic", "MarlinPrintFailed"},
    "bad-reset": {"MarlinPrinterReset", "MarlinPrintFailed"},
    "bad-silence": {"MarlinPrinterLostWhilePrinting"},
}

# Alerts that fire in no recorded day; alerts/ has their tests with made-up values.
NOT_RECORDED = {
    "MarlinAgentSlow": "a line is measured from the agent's read to its write: a halted agent delays it before that",
    "MarlinReleasedLong": "takes an hour",
    "MarlinServiceDue": "compares with the day before",
}


def recordings():
    return {os.path.basename(path)[:-4]: read(path) for path in sorted(glob.glob(os.path.join(HERE, "days", "*.yml")))}


def length(text):
    """Seconds that a recording covers: the values of `up`, one each 15 s (record_days.py, compressed)."""
    values = 0
    for part in re.search(r"'up\{.*values: '(.*)'", text).group(1).split():
        before, times, more = part.partition("x")
        values += 1 if not times else int(more) + (before != "_")
    return 15 * (values - 1)


def evaluated(days, rules, expression, samples_of):
    """promtool evaluates the expression at the end of each day; samples_of(day, its text): the labels that it has then, each with 1."""
    tests = []
    for name, text in days.items():
        rows = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        wanted = "".join(f"\n    - {{labels: '{labels}', value: 1}}" for labels in sorted(samples_of(name, text))) or " []"
        tests.append(f"- name: {name}\n  interval: 15s\n  input_series:\n{rows}\n  promql_expr_test:\n"
                     f"  - expr: {expression}\n    eval_time: {length(text)}s\n    exp_samples:{wanted}\n")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "days.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"rule_files: [{os.path.abspath(os.path.join(PROMETHEUS, rules))}]\nevaluation_interval: 15s\ntests:\n" + "".join(tests))
        promtool("test", "rules", path)


def quiet_days():
    days = recordings()
    expect(len(days) >= 10 and set(WANTED) <= set(days), f"recordings: {sorted(days)}")
    evaluated(days, "alerts.yml", 'max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[3h]))',
              lambda name, _: [f'{{alertname="{alert}"}}' for alert in WANTED.get(name, [])])


def results(_, text):
    """print_id and result of the day's print, if it has ended: what the agent counted."""
    ids = set(re.findall(r'marlin_print_job_info\{.*print_id="(\d+)"', text))
    ended = re.findall(r"marlin_prints_total\{.*result=\"(\w+)\".* 1x\d+'", text)
    expect(len(ids) <= 1 and len(ended) <= len(ids), f"prints {ids} with the results {ended}")
    return [f'{{print_id="{print_id}",result="{result}"}}' for print_id in ids for result in ended]


def results_of_prints():
    days = recordings()
    found = [sample for text in days.values() for sample in results("", text)]
    expect(len(found) >= 10 and any("failed" in sample for sample in found), f"only {found}")
    evaluated(days, "prints.yml", "count by (print_id, result) (last_over_time(marlin:print_result[3h]))", results)


def each_alert():
    alerts = set(re.findall(r"- alert: (\w+)", read(PROMETHEUS, "alerts.yml")))
    fired = set().union(*WANTED.values())
    without = alerts - fired
    expect(without == set(NOT_RECORDED), f"fire in no day: {sorted(without)}; listed so: {sorted(NOT_RECORDED)}; no alert: {sorted(fired - alerts)}")


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
    ("each alert fires in a recorded day, or the list says why not", each_alert),
    ("the recordings of healthy days have every family that an alert uses", complete),
    ("prints that follow each other have a result each, with duration and filament, and one that ends in a gap too",
     lambda: promtool("test", "rules", os.path.join(HERE, "prints.yml"))),
    ("each print of these days has one recorded result, that of the agent's counter, and an open print has none", results_of_prints),
    ("no alert fires on a healthy day but those that say what happened, and on a bad day its own", quiet_days),
])
