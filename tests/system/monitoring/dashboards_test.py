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

from shared import GRAFANA, HERE, PROMETHEUS, ROOT, exported, families_in, promtool, read, unknown_metrics
from rig import Process, claim, expect, free_port, run_claims, wait_until
from servers import INSTALLED, Prometheus, answered, changed, written

# The units of Grafana that the panels use; with a misspelt one Grafana shows bare numbers.
UNITS = {"none", "short", "percentunit", "s", "celsius", "lengthm", "massg", "rotrpm", "velocityms", "dateTimeAsIso", "bool",
         "bytes", "Bps", "cps", "reqps"}
KINDS = {"row", "timeseries", "stat", "bargauge", "table", "heatmap", "state-timeline"}
WINDOW = "5m"  # contains the demo's print
# An open printer; its own counters are queried only while idle, a minute after its start.
NOT_IN_THE_DEMO = {"prusa_chamber_temperature_celsius", "prusa_chamber_target_temperature_celsius", "odin_printer_print_hours_total"}


def dashboards():
    """file name without extension -> the JSON."""
    paths = glob.glob(os.path.join(GRAFANA, "dashboards", "*.json"))
    return {os.path.basename(path)[:-5]: json.loads(read(path)) for path in sorted(paths)}


def with_rows(dashboard):
    """All panels and rows, also the panels of a closed row."""
    return [each for panel in dashboard["panels"] for each in [panel, *panel.get("panels", [])]]


def panels(dashboard):
    return [panel for panel in with_rows(dashboard) if panel["type"] != "row"]


def queries():
    """(place, expression as Grafana would send it) of every query on every dashboard, annotations and variables too."""
    for uid, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield f"{uid} | {panel['title']} | {target['refId']}", interpolated(target["expr"])
        for annotation in dashboard["annotations"]["list"]:
            yield f"{uid} | annotation | {annotation['name']}", interpolated(annotation["expr"])


def interpolated(text):
    values = {"job": ".*", "instance": ".*", "printer": ".*", "__rate_interval": "15s", "__range": WINDOW}
    return re.sub(r"\$([a-z_]\w+)", lambda name: values[name.group(1)], text)


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
        ids = [panel["id"] for panel in with_rows(dashboard)]
        expect(len(ids) == len(set(ids)), f"{uid}: a panel's number occurs twice")
        titles = [panel["title"] for panel in panels(dashboard)]
        expect(len(titles) == len(set(titles)), f"{uid}: a title occurs twice in {sorted(titles)}")
        taken = set()
        for panel in with_rows(dashboard):
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
        used = set(re.findall(r"\$\{?([a-z_]\w+)", json.dumps(dashboard))) - {"__rate_interval", "__range", "__all", "__value"}
        expect(used == names == {"datasource", "job", "instance", "printer"}, f"{uid} uses {used} and has {names}")
    for place, _ in queries():
        expect(" | " in place, place)
    for uid, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                for metric in re.findall(r"\b(?:marlin|process|scrape|up)[\w:]*\{[^}]*\}", target["expr"]):
                    for name in ("$job", "$instance"):
                        expect(name in metric, f"{uid}: {panel['title']}: {metric} does not select by {name}")


@claim("the dashboards use only metrics that the agent exports, and only their labels")
def known(*_):
    labels_of = exported()
    rules = read(PROMETHEUS, "prints.yml")
    promtool("check", "rules", os.path.join(PROMETHEUS, "prints.yml"))
    expect(not unknown_metrics(rules), f"prints.yml: the agent does not export {unknown_metrics(rules)}")
    recorded = set(re.findall(r"record: (\S+)", rules))
    for place, expression in queries():
        expect(set(re.findall(r"marlin:[\w:]+", expression)) <= recorded, f"{place}: prints.yml does not record it")
        expect(not unknown_metrics(expression), f"{place}: the agent does not export {unknown_metrics(expression)}")
        for metric, selector in re.findall(r"\b(marlin_\w+)\{([^}]*)\}", expression):
            family, = families_in(metric, labels_of)
            names = set(re.findall(r"(\w+)[!=]", selector)) - {"instance", "job", "printer", "le"}
            expect(names <= set(labels_of[family]), f"{place}: {family} has no label {names - set(labels_of[family])}")


@claim("a dashboard can be imported as it is: no id, no input, no data source of one Grafana")
def importable(*_):
    for uid, dashboard in dashboards().items():
        expect(not {"id", "__inputs"} & set(dashboard), f"{uid} is an export of one Grafana")
        expect(36 <= dashboard["schemaVersion"] <= 39, f"{uid}: Grafana 9 to 11 do not read version {dashboard['schemaVersion']}")
        others = set(re.findall(r'"uid": "([^"]*)"', json.dumps(dashboard))) - {"${datasource}", uid}
        expect(not others, f"{uid} needs the data sources {others}")


# (dashboard, panel) -> the alerts whose limits it shows.
LIMITS = {("marlin-link", "Resends, total"): ("MarlinLineErrors", "MarlinLineBreaking"),
          ("marlin-link", "Resends"): ("MarlinLineErrors", "MarlinLineBreaking"),
          ("marlin-link", "Lag of the event loop"): ("MarlinPiOverloaded",),
          ("marlin-printer", "Resends"): ("MarlinLineErrors", "MarlinLineBreaking"),
          ("marlin-printer", "Distance from the target"): ("MarlinHeaterFarFromTarget",),
          ("marlin-printer", "Heater power"): ("MarlinHeaterAtItsLimit",),
          ("marlin-printer", "Other temperatures"): ("MarlinElectronicsHot",),
          ("marlin-printer", "Filament change in"): ("MarlinFilamentChangeSoon",)}


@claim("a panel's limits are those of the alerts on the same value")
def limits(*_):
    shown = {(uid, panel["title"]): {abs(step["value"]) for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]}
             for uid, dashboard in dashboards().items() for panel in panels(dashboard) if "thresholds" in panel["fieldConfig"]["defaults"]}
    rules = dict(re.findall(r"- alert: (\w+)\n((?:.*\n)*?)    labels", read(PROMETHEUS, "alerts.yml")))
    for place, alerts in LIMITS.items():
        wanted = {float(value) for alert in alerts for value in re.findall(r" [<>] ([\d.]+)$", rules[alert], re.M)[:1]
                  or re.findall(r" [<>] ([\d.]+)", rules[alert])[:1]}
        expect(shown.get(place) == wanted, f"{place}: the limits {shown.get(place)}, the alerts' {wanted}")


@claim("the link of an alert leads to a section of the runbook")
def runbook_links(*_):
    path, = set(re.findall(r"file://(/\S+\.md)#", read(PROMETHEUS, "alerts.yml")))
    for uid, dashboard in dashboards().items():
        expect(f"file://{path}" in [link.get("url") for link in dashboard["links"]], f"{uid} has no link to {path}")
    fields = [table for dashboard in dashboards().values() for table in panels(dashboard) if table["title"] == "Alerts"]
    expect(len(fields) == 2 and all(f"{path}#:~:text=${{__value.raw}}" in json.dumps(table) for table in fields), "the tables of alerts")
    sections = read(ROOT, "packaging", "doc", os.path.basename(path))
    for alert in re.findall(r"- alert: (\w+)", read(PROMETHEUS, "alerts.yml")):
        expect(f"## {alert}\n" in sections, f"{alert} has no section")


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


def ranged(prometheus, expression, began):
    """The series of the expression since then."""
    fields = {"query": expression, "start": repr(began), "end": repr(time.time()), "step": "1"}
    data = answered(f"http://{prometheus.address}/api/v1/query_range", urllib.parse.urlencode(fields).encode())["data"]
    return data["result"]


def finite_values(prometheus, expression, began):
    """How many finite values the expression had since then."""
    return sum(math.isfinite(float(value)) for series in ranged(prometheus, expression, began) for _, value in series["values"])


# A line at 0 says something: a closed host port, a heater without power, a fan that stands, the speed of the line or of a person's choice.
MAY_BE_ZERO = {"Host connected", "Heater power", "Fans", "Fan power", "In flight", "Progress", "Remaining time", "Buffered moves", "Slot",
               "Time to the ok", "Lag of the event loop", "Distance from the target", "X and Y"}


def dead_curves(prometheus, began):
    """Curves of a panel that are 0 all the time."""
    wrong = []
    for uid, dashboard in dashboards().items():
        for panel in panels(dashboard):
            if panel["type"] != "timeseries" or panel["title"] in MAY_BE_ZERO:
                continue
            for target in panel["targets"]:
                wrong += [f"{uid} | {panel['title']}: {series['metric']} is a line at 0"
                          for series in ranged(prometheus, interpolated(target["expr"]), began)
                          if all(float(value) == 0 for _, value in series["values"])]
    return wrong


def silent_panels(empty):
    """Panels of which no query has data and that do not say why."""
    return [f"{uid} | {panel['title']}: it has no data in the demo and does not say why"
            for uid, dashboard in dashboards().items() for panel in panels(dashboard)
            if all(f"{uid} | {panel['title']} | {target['refId']}" in empty for target in panel["targets"])
            and "noValue" not in panel["fieldConfig"]["defaults"]]


def unfiltered(expression):
    """Without the comparison that hides what did not happen."""
    return re.sub(r"( and sum by [^>]*)? > 0$", "", expression)


SEEN_LATE = 20  # the agent sees an end after 15 s of silence at most


def faults_of_prints(prometheus, demo, began):
    """What the table of prints and "Finished at" say after the end that the agent's history does not."""
    expressions = dict(queries())
    rows = {}
    for ref in "ABCDE":
        for labels, value in prometheus.query(expressions[f"marlin-printer | Prints | {ref}"]):
            rows.setdefault(labels["print_id"], {})[ref] = labels.get("result", value)
    jobs = answered(f"http://127.0.0.1:{demo.port}/api/v1/jobs")["jobs"]
    jobs = [job for job in jobs if job["began_unix_seconds"] > began]  # the demo's history is older
    wanted = {str(job["id"]): {"A": 1, "B": job["began_unix_seconds"] * 1000, "C": job["elapsed_seconds"], "D": job["extruded_meters"], "E": job["result"]}
              for job in jobs}
    wrong = []
    if set(rows) != set(wanted):
        wrong.append(f"the table has the prints {set(rows)}, the history {set(wanted)}")
    for print_id in set(rows) & set(wanted):
        for ref, value in wanted[print_id].items():
            shown = rows[print_id].get(ref)
            same = math.isclose(shown, value, rel_tol=1e-3) if isinstance(shown, float) and not isinstance(value, str) else shown == value
            if not same:
                wrong.append(f"print {print_id}: the table's column {ref} is {shown}, the history has {value}")
    finished = expressions["marlin-printer | Finished at | A"]
    now = time.time()
    first, later = [[value / 1000 for _, value in prometheus.query(finished, at)] for at in (now, now + 60)]
    ends = [job["ended_unix_seconds"] for job in jobs]
    if first != later or not all(0 <= shown - max(ends) < SEEN_LATE for shown in first) or not first:
        wrong.append(f"finished at {first}, a minute later at {later}; the prints ended at {ends}")
    return wrong


@claim("on the demo every family is there or explained, every query returns data or is expected not to, every rule can be evaluated, and no alert fires falsely")
def run(rig, _):
    began = time.time()
    demo = rig.keep(Demo(rig))
    rules = [os.path.join(os.path.abspath(PROMETHEUS), name) for name in ("alerts.yml", "compat.yml")]
    rules.append(written(rig.directory, "prints.yml", changed(os.path.join(PROMETHEUS, "prints.yml"), {"interval: 15s": "interval: 1s"})))
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
    wrong, empty = [], set()
    for place, expression in all_queries.items():
        prometheus.query(expression)  # fails with Prometheus's reason if it is refused
        values = finite_values(prometheus, expression, began)
        if not values:
            empty.add(place)
            if "| annotation |" not in place:
                values = finite_values(prometheus, unfiltered(expression), began)
        if place in explained:
            if values and not explained[place].startswith("not always"):
                wrong.append(f"{place}: returns data although expected_empty.txt says: {explained[place]}")
        elif not values:
            wrong.append(f"{place}: no data for {expression}")
    prometheus.wait_for(f"last_over_time(marlin:print_result[{WINDOW}])", 10)
    wrong += dead_curves(prometheus, began) + silent_panels(empty) + faults_of_prints(prometheus, demo, began)
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
