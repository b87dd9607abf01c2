"""The variables of all dashboards, the words and colours of the states, and what several dashboards show."""
from panels import annotation, coloured, link, query, steps, table, variable

AGENT = 'job=~"$job",instance=~"$instance"'
S = AGENT + ',printer=~"$printer"'
BY = "instance, printer"
NAME = "{{printer}}"
VARIABLES = [variable("job", "Job", "label_values(marlin_up, job)"),
             variable("instance", "Pi", 'label_values(marlin_up{job=~"$job"}, instance)'),
             variable("printer", "Printer", f"label_values(marlin_up{{{AGENT}}}, printer)")]
STATES = {0: ("offline", "dark-gray"), 1: ("connecting", "gray"), 2: ("idle", "blue"), 3: ("busy", "purple"),
          4: ("printing", "green"), 5: ("paused", "yellow"), 6: ("attention", "orange"), 7: ("finished", "light-green"),
          8: ("error", "red")}
STATE_COLOURS = {word: (word, colour) for word, colour in STATES.values()}
# One number a printer, of the one state that is 1.
STATE_NUMBER = f"sum by ({BY}) (" + " or ".join(
    f'(marlin_state{{{S},state="{word}"}} == 1) * {number}' for number, (word, _) in STATES.items()) + ")"
ANY = steps("green", (1, "red"))  # a count of what should not happen
RESENT = steps("green", (0.001, "orange"), (0.02, "red"))  # as MarlinLineErrors and MarlinLineBreaking
STARVED = steps("green", (0.001, "orange"), (0.01, "red"))
HOST = {0: ("closed", "gray"), 1: ("open", "green")}
RESULTS = {"completed": ("completed", "green"), "cancelled": ("cancelled", "yellow"), "failed": ("failed", "red"),
           "printing": ("printing", "blue")}
# As in alerts.yml, and with the same sed for a runbook on a web server. The text fragment finds the alert in a page and in a plain text.
RUNBOOK = "file:///usr/share/doc/marlin-agent/runbook.md"
LINKS = [link("Runbook", RUNBOOK, type="link", icon="doc", asDropdown=False, includeVars=False, keepTime=False, tags=[], tooltip="")]


def alerts_table(**more):
    return table("Alerts", "Alerts of marlin-agent that are firing. The name leads to the runbook.",
                 [query('ALERTS{alertname=~"Marlin.*",alertstate="firing",instance=~"$instance",printer=~"$printer"}')],
                 hidden=("Value", "__name__", "alertstate", "job"), order=("severity", "alertname", "instance", "printer"),
                 columns={"severity": coloured({"critical": ("critical", "red"), "warning": ("warning", "orange"), "info": ("info", "blue")}),
                          "alertname": {"links": [link("Runbook", RUNBOOK + "#:~:text=${__value.raw}")]}},
                 absent="No alert fires.", **more)


def of_prints(name):
    return f"max by ({BY}, print_id) (last_over_time(marlin:print_{name}{{{S}}}[$__range]))"


def prints_table(**more):
    return table("Prints", "The prints in the shown time. Length and filament of an ended print are those of the agent's history; of a "
                 "print from the card the filament is unknown.", [
                     query(f"max by ({BY}, print_id, file, source) (last_over_time(marlin_print_job_info{{{S}}}[$__range]))"),
                     query(f"{of_prints('start_timestamp_seconds')} * 1000"),
                     query(of_prints("elapsed_seconds")),
                     query(of_prints("filament_meters")),
                     query(f"max by ({BY}, print_id, result) (last_over_time(marlin:print_result{{{S}}}[$__range])) or "
                           f'label_replace(max by ({BY}, print_id) (marlin_print_job_info{{{S}}}), "result", "printing", "", "")')],
                 hidden=("Value #A", "Value #E"), names={"Value #B": "began", "Value #C": "lasted", "Value #D": "filament"},
                 units={"began": "dateTimeAsIso", "lasted": "s", "filament": "lengthm"}, columns={"result": coloured(RESULTS)},
                 order=("Value #B", "printer", "file", "result", "Value #C", "Value #D", "source", "print_id", "instance"), latest="began",
                 absent="No print in the shown time, or Prometheus does not load prints.yml.", **more)


def incidents(window):
    """Expressions of everything that may end or spoil a print, each with a label `what`."""
    def counted(metric, words, label="printer", chosen=""):
        return f'label_replace(increase({metric}{{{S}{chosen}}}[{window}]) > 0, "what", "{words}", "{label}", "(.*)")'
    return " or ".join([
        counted("marlin_errors_total", "error: $1", "kind"), counted("marlin_resets_total", "restart: $1", "cause"),
        counted("marlin_serial_disconnects_total", "line lost: $1", "reason", ',reason!="shutdown"'),
        counted("marlin_crashes_total", "crash: $1", "axis"), counted("marlin_filament_runouts_total", "filament run-out"),
        counted("marlin_power_panics_total", "power panic")])


ANNOTATIONS = [
    annotation("Prints", f"marlin_print_job_info{{{S}}}", "{{printer}}: print {{print_id}}", "{{file}} ({{source}})", "blue"),
    annotation("Completed prints", f'marlin:print_result{{{S},result="completed"}}', "{{printer}}: completed", "print {{print_id}}", "green"),
    annotation("Other ends", f'marlin:print_result{{{S},result!="completed"}}', "{{printer}}: {{result}}", "print {{print_id}}", "red"),
    annotation("Incidents", incidents("1m"), "{{printer}}", "{{what}}", "orange"),
    annotation("Alerts", 'ALERTS{alertname=~"Marlin.*",alertstate="firing",severity!="info",instance=~"$instance",printer=~"$printer"}',
               "{{alertname}}", "{{printer}} {{severity}}", "purple", shown=False),
    annotation("Host actions", f"increase(marlin_host_actions_total{{{S}}}[1m]) > 0", "{{printer}}", "host action: {{action}}", "yellow", shown=False),
]
