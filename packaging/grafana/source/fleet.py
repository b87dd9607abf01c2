"""Fleet: overview of all printers."""
from panels import bars, dashboard, graph, query, row, stat, table, timeline
from selection import BY, NAME, S, STATE_NUMBER, STATES, VARIABLES

WEEK = 7 * 86400

PANELS = [
    stat("Online", "Printers that answer on their line.", [query(f"sum(marlin_up{{{S}}})")], "none"),
    stat("Known", "Printers that the agents know.", [query(f"count(marlin_up{{{S}}})")], "none"),
    stat("Printing", "Printers that print now.", [query(f'sum(marlin_state{{{S},state="printing"}})')], "none"),
    stat("Need you", "Printers that wait for a person or are in an error state.",
         [query(f'sum(marlin_state{{{S},state=~"attention|error"}})')], "none",
         thresholds={"mode": "absolute", "steps": [{"color": "green", "value": None}, {"color": "red", "value": 1}]}),
    stat("Success, 30 days", "Share of ended prints that were completed.",
         [query(f'sum(increase(marlin_prints_total{{{S},result="completed"}}[30d])) / sum(increase(marlin_prints_total{{{S}}}[30d]))')],
         "percentunit"),
    stat("Agents", "Pis that answer Prometheus.", [query('sum(up{job="marlin",instance=~"$instance"})')], "none"),
    table("Printers", "What each printer does now. File and progress are empty if no print is known.", [
        query(f"sum by ({BY}, state) (marlin_state{{{S}}} == 1)"),
        query(f"max by ({BY}, file) (marlin_print_job_info{{{S}}})"),
        query(f"max by ({BY}) (marlin_print_progress_ratio{{{S}}})"),
        query(f"max by ({BY}) (marlin_print_remaining_seconds{{{S}}})"),
        query(f'max by ({BY}) (marlin_temperature_celsius{{{S},sensor="tool0"}})'),
        query(f'max by ({BY}) (marlin_temperature_target_celsius{{{S},sensor="tool0"}})'),
        query(f'max by ({BY}) (marlin_temperature_celsius{{{S},sensor="bed"}})'),
        query(f'max by ({BY}) (marlin_temperature_target_celsius{{{S},sensor="bed"}})'),
        query(f"max by ({BY}) (marlin_host_connected{{{S}}})"),
        query(f"max by ({BY}, firmware) (marlin_printer_info{{{S}}})")],
        hidden=("Value #A", "Value #B", "Value #J"),
        names={"Value #C": "progress", "Value #D": "remaining", "Value #E": "nozzle", "Value #F": "nozzle target",
               "Value #G": "bed", "Value #H": "bed target", "Value #I": "host"},
        units={"progress": "percentunit", "remaining": "s", "nozzle": "celsius", "nozzle target": "celsius", "bed": "celsius",
               "bed target": "celsius"},
        width=24),
    timeline("States", "The state of each printer over time.", [query(STATE_NUMBER, NAME)], STATES, width=24),
    bars("Finishing next", "Remaining time estimated by the printer.",
         [query(f'sort(marlin_print_remaining_seconds{{{S}}} and on ({BY}) marlin_state{{{S},state="printing"}} == 1)', NAME, at_end=True)], "s"),
    bars("Time spent printing, 7 days", "Share of the last seven days.",
         [query(f'sum by ({BY}) (increase(marlin_state_seconds_total{{{S},state="printing"}}[7d])) / {WEEK}', NAME, at_end=True)],
         "percentunit"),
    table("Alerts", "Alerts of marlin-agent that are firing.",
          [query('ALERTS{alertname=~"Marlin.*",alertstate="firing",instance=~"$instance"}')],
          hidden=("Value", "__name__", "alertstate", "job")),
    row("Long term"),
    graph("Prints per day", "Prints that ended, by result.",
          [query(f"sum by (result) (increase(marlin_prints_total{{{S}}}[1d]))", "{{result}}")], "none"),
    graph("Filament per week", "Length extruded by each printer in seven days.",
          [query(f"sum by ({BY}) (increase(marlin_extruded_meters_total{{{S}}}[7d]))", NAME)], "lengthm"),
    graph("Filament per week, as PLA", "The same in grams: 2.98 g per metre of 1.75 mm PLA.",
          [query(f"2.98 * sum by ({BY}) (increase(marlin_extruded_meters_total{{{S}}}[7d]))", NAME)], "massg"),
    bars("Lifetime print time", "Counted by the printer.",
         [query(f"marlin_lifetime_print_seconds_total{{{S}}}", NAME, at_end=True)], "s"),
    table("Printers and firmware", "Identity that each printer reports.",
          [query(f"max by ({BY}, machine_type, firmware, serial_number) (marlin_printer_info{{{S}}})")], hidden=("Value",)),
    table("Agents and versions", "The agent of each Pi.",
          [query('max by (instance, version, revision) (marlin_agent_build_info{instance=~"$instance"})')], hidden=("Value",)),
]

DASHBOARD = dashboard("marlin-fleet", "Printers: fleet", "Overview of all printers.", PANELS, VARIABLES, span="now-24h")
