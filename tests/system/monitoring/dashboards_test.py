"""The dashboards: their JSON is the output of their source and Grafana can load it, and a real Prometheus that scraped
the demo runs every query. No query is refused; each returns data, unless expected_empty.txt gives a reason. The same
Prometheus evaluates the alerts and records the old names."""
import glob
import json
import math
import os
import re
import subprocess
import sys
import time
import urllib.parse

from shared import GRAFANA, HERE, PROMETHEUS, exported, families_in, read, unknown_metrics
from rig import Process, claim, expect, free_port, run_claims, wait_until
from servers import INSTALLED, Prometheus, answered

# The units of Grafana that the panels use; with a misspelt one Grafana shows bare numbers.
UNITS = {"none", "short", "percentunit", "s", "celsius", "lengthm", "massg", "rotrpm", "velocityms", "dateTimeAsIso", "bool",
         "bytes", "Bps", "cps", "reqps"}
KINDS = {"row", "timeseries", "stat", "bargauge", "table", "heatmap", "state-timeline"}
WINDOW = "5m"  # contains the demo's print
# An open printer without an MMU, and with a firmware that does not know M78.
NOT_IN_THE_DEMO = {"prusa_chamber_temperature_celsius", "prusa_chamber_target_temperature_celsius", "prusa_mmu",
                   "odin_printer_print_hours_total"}


def dashboards():
    """file name without extension -> the JSON."""
    paths = glob.glob(os.path.join(GRAFANA, "dashboards", "*.json"))
    return {os.path.basename(path)[:-5]: json.loads(read(path)) for path in sorted(paths)}


def panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries():
    """(place, expression as Grafana would send it) of every query on every dashboard, annotations and variables too."""
    for uid, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield f"{uid} | {panel['title']} | {target['refId']}", interpolated(target["expr"])
        for annotation in dashboard["annotations"]["list"]:
            yield f"{uid} | annotation | {annotation['name']}", interpolated(annotation["expr"])


def interpolated(text):
    values = {"instance": ".*", "printer": ".*", "__rate_interval": "15s", "__range": WINDOW}
    return re.sub(r"\$(\w+)", lambda name: values[name.group(1)], text)


def expected_empty():
    """place -> why it has no data."""
    rows = (line.rpartition(": ")[::2] for line in read(HERE, "expected_empty.txt").splitlines()
            if line and not line.startswith("#"))
    return dict(rows)


@claim("the dashboards are the output of their source")
def from_source(rig, _):
    subprocess.run([sys.executable, "-B", os.path.join(GRAFANA, "source", "make-dashboards"), rig.directory], check=True)
    expect(len(dashboards()) == 3, f"{len(dashboards())} dashboards")
    for uid in dashboards():
        expect(read(rig.directory, uid + ".json") == read(GRAFANA, "dashboards", uid + ".json"),
               f"{uid}.json differs from its source: run packaging/grafana/source/make-dashboards")


@claim("each panel has a unique number and place, a known kind and unit, a description, and the chosen data source")
def sane(*_):
    for uid, dashboard in dashboards().items():
        expect(dashboard["uid"] == uid, f"{uid}.json has the uid {dashboard['uid']}")
        ids = [panel["id"] for panel in dashboard["panels"]]
        expect(len(ids) == len(set(ids)), f"{uid}: a panel's number occurs twice")
        titles = [panel["title"] for panel in panels(dashboard)]
        expect(len(titles) == len(set(titles)), f"{uid}: a title occurs twice in {sorted(titles)}")
        taken = set()
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            expect(place["x"] + place["w"] <= 24 and not cells & taken, f"{uid}: {panel['title']} overlaps another panel")
            taken |= cells
            expect(panel["type"] in KINDS, f"{uid}: {panel['type']} is no kind of panel")
        for panel in panels(dashboard):
            where = f"{uid}: {panel['title']}"
            expect(panel["description"], f"{where} has no description")
            expect(panel["fieldConfig"]["defaults"]["unit"] in UNITS, f"{where}: unit {panel['fieldConfig']['defaults']['unit']}")
            refs = [target["refId"] for target in panel["targets"]]
            expect(refs and len(refs) == len(set(refs)), f"{where}: queries {refs}")
            for each in [panel, *panel["targets"]]:
                expect(each["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, f"{where}: another data source")


@claim("a dashboard uses only variables that it defines, and its queries select by them")
def variables(*_):
    for uid, dashboard in dashboards().items():
        names = {variable["name"] for variable in dashboard["templating"]["list"]}
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard))) - {"__rate_interval", "__range", "__all"}
        expect(used == names == {"datasource", "instance", "printer"}, f"{uid} uses {used} and has {names}")
    for place, _ in queries():
        expect(" | " in place, place)
    for uid, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                for metric in re.findall(r"\b(?:marlin|process)_\w+\{[^}]*\}", target["expr"]):
                    expect("$instance" in metric, f"{uid}: {panel['title']}: {metric} shows every Pi, whichever is chosen")


@claim("the dashboards use only metrics that the agent exports, and only their labels")
def known(*_):
    labels_of = exported()
    for place, expression in queries():
        expect(not unknown_metrics(expression), f"{place}: the agent does not export {unknown_metrics(expression)}")
        for metric, selector in re.findall(r"\b(marlin_\w+)\{([^}]*)\}", expression):
            family, = families_in(metric, labels_of)
            names = set(re.findall(r"(\w+)[!=]", selector)) - {"instance", "job", "printer", "le"}
            expect(names <= set(labels_of[family]), f"{place}: {family} has no label {names - set(labels_of[family])}")


@claim("the files for Grafana's provisioning name the installed dashboards and an existing kind of source")
def provisioning(*_):
    dashboards_file = read(GRAFANA, "provisioning", "dashboards", "marlin-agent.yml")
    expect(f"path: {INSTALLED}grafana/dashboards\n" in dashboards_file, "it names another directory")
    expect("type: prometheus\n" in read(GRAFANA, "provisioning", "datasources", "marlin-agent.yml"), "no Prometheus")


class Demo(Process):
    def __init__(self, rig):
        self.port = free_port()
        super().__init__(rig.directory, "demo", [rig.agent, "demo", "--speed", "100", "--web.listen-address",
                                                 f"127.0.0.1:{self.port}"])


def finite_values(prometheus, expression, began):
    """How many finite values the expression had since then."""
    fields = {"query": expression, "start": repr(began), "end": repr(time.time()), "step": "1"}
    data = answered(f"http://{prometheus.address}/api/v1/query_range", urllib.parse.urlencode(fields).encode())["data"]
    return sum(math.isfinite(float(value)) for series in data["result"] for _, value in series["values"])


@claim("on the demo every family is there or explained, every query returns data or is expected not to, every rule can be evaluated, and no alert fires falsely")
def run(rig, _):
    began = time.time()
    demo = rig.keep(Demo(rig))
    rules = [os.path.join(os.path.abspath(PROMETHEUS), name) for name in ("alerts.yml", "compat.yml")]
    config = ("global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
              f"rule_files: {json.dumps(rules)}\nscrape_configs:\n- job_name: marlin\n"
              f"  static_configs: [{{targets: ['127.0.0.1:{demo.port}']}}]\n")
    prometheus = rig.keep(Prometheus(rig.directory, config)).wait_until_ready()
    wait_until("the demo has printed", lambda: "the print is done" in demo.output(), 150, 0.2)
    prometheus.wait_for('marlin_print_progress_ratio == 1')
    for slow in ("marlin_axis_position_meters", "marlin_fan_speed_rpm", "marlin_feedrate_ratio", "marlin_nozzle_diameter_meters"):
        prometheus.wait_for(f"count_over_time({slow}[{WINDOW}]) >= 3")  # queried or subscribed to when the print is over

    if "MARLIN_E2E_FULL" in os.environ:  # run for five minutes
        wait_until("five minutes have passed", lambda: time.time() - began > 300, 400, 1)

    explained = expected_empty()
    all_queries = dict(queries())
    stray = set(explained) - set(all_queries)
    expect(not stray, f"expected_empty.txt names what is on no dashboard: {stray}")
    wrong = []
    for place, expression in all_queries.items():
        prometheus.query(expression)  # fails with Prometheus's reason if it is refused
        values = finite_values(prometheus, expression, began)
        if place in explained:
            if values and not explained[place].startswith("not always"):
                wrong.append(f"{place}: returns data although expected_empty.txt says: {explained[place]}")
        elif not values:
            wrong.append(f"{place}: no data for {expression}")
    wrong += faults_of_rules(prometheus, began) + missing_families(prometheus, began)
    expect(not wrong, "\n     ".join(wrong))


def missing_families(prometheus, began):
    """Families of the reference page that are neither in the demo nor in not_in_the_demo.txt; and the reverse."""
    lines = (line.split(": ", 1) for line in read(HERE, "not_in_the_demo.txt").splitlines() if line and not line.startswith("#"))
    explained = dict(lines)
    wrong = [f"not_in_the_demo.txt explains {name}, which is no family" for name in explained if name not in exported()]
    for family in exported():
        shown = finite_values(prometheus, family, began) or finite_values(prometheus, family + "_count", began)
        if shown and family in explained and not explained[family].startswith("not always"):
            wrong.append(f"{family} is exported although not_in_the_demo.txt says: {explained[family]}")
        if not shown and family not in explained:
            wrong.append(f"{family} is never exported")
    return wrong


def faults_of_rules(prometheus, began):
    """Rules that Prometheus cannot evaluate, alerts that fired falsely, old names without a value."""
    wrong = [f"the alert {labels['alertname']} fires although nothing is wrong"
             for labels, _ in prometheus.query(f'max_over_time(ALERTS{{alertstate="firing"}}[{WINDOW}])')
             if labels["alertname"] != "MarlinPrintFinished"]  # the demo's print does end
    for group in answered(f"http://{prometheus.address}/api/v1/rules")["data"]["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                wrong.append(f"{rule['name']}: {rule['health']}: {rule.get('lastError')}")
            elif rule["type"] == "recording" and rule["name"] not in NOT_IN_THE_DEMO \
                    and not finite_values(prometheus, rule["name"], began):
                wrong.append(f"{rule['name']} is not recorded: {rule['query']}")
    return wrong


run_claims()
