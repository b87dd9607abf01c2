"""Printer: one printer in detail, its print and its life."""
from panels import annotation, bars, dashboard, graph, query, row, stat, table, timeline
from selection import BY, NAME, S, STATE_NUMBER, STATES, VARIABLES

SENSOR = NAME + " {{sensor}}"


def heater(title, sensor):
    chosen = f'{S},sensor=~"{sensor}"'
    return graph(title, "Measured, and the target as a second line.", [
        query(f"marlin_temperature_celsius{{{chosen}}}", SENSOR),
        query(f"marlin_temperature_target_celsius{{{chosen}}}", SENSOR + " target")], "celsius")


def lifetime(title, description, expr, unit="none"):
    return stat(title, description, [query(expr, NAME)], unit)


PANELS = [
    timeline("State", "What the printer did.", [query(STATE_NUMBER, NAME)], STATES, width=24, height=5),
    stat("Done", "By the file's own marks (M73), else by the bytes read from the card.",
         [query(f"max by ({BY}) (marlin_print_progress_ratio{{{S}}})", NAME)], "percentunit"),
    stat("Remaining", "By the file's own marks (M73).", [query(f"marlin_print_remaining_seconds{{{S}}}", NAME)], "s"),
    stat("Finished at", "Now and the remaining time.",
         [query(f"(time() + marlin_print_remaining_seconds{{{S}}}) * 1000", NAME)], "dateTimeAsIso"),
    stat("Filament change in", "The next change or pause in the file.",
         [query(f"marlin_print_change_remaining_seconds{{{S}}}", NAME)], "s"),
    stat("Nozzle diameter", "Diameter that is set in the printer.", [query(f"marlin_nozzle_diameter_meters{{{S}}}", NAME)], "lengthm"),
    stat("Host", "Whether a host program holds the port.", [query(f"marlin_host_connected{{{S}}}", NAME)], "bool"),
    row("Heat"),
    heater("Nozzle", "tool.*"),
    heater("Bed", "bed"),
    graph("Distance from the target", "Measured less target, where there is a target.",
          [query(f"marlin_temperature_celsius{{{S}}} - on ({BY}, sensor) (marlin_temperature_target_celsius{{{S}}} > 0)", SENSOR)],
          "celsius"),
    graph("Heater power", "1 is all that the heater can give.", [query(f"marlin_heater_duty_ratio{{{S}}}", SENSOR)],
          "percentunit", min=0, max=1),
    graph("Fans", "Measured speed.", [query(f"marlin_fan_speed_rpm{{{S}}}", NAME + " {{fan}}")], "rotrpm"),
    graph("Fan power", "What the firmware gives the fans.",
          [query(f"marlin_fan_duty_ratio{{{S}}}", NAME + " {{fan}}")], "percentunit", min=0, max=1),
    graph("Surroundings", "Probe, board, chamber: what has no heater of its own or a slow one.",
          [query(f'marlin_temperature_celsius{{{S},sensor!~"tool.*|bed"}}', SENSOR)], "celsius"),
    row("Print"),
    graph("Progress", "By each estimator.",
          [query(f"marlin_print_progress_ratio{{{S}}}", NAME + " {{estimator}}")], "percentunit", min=0, max=1),
    graph("Remaining time", "A straight fall is an honest estimate.",
          [query(f"marlin_print_remaining_seconds{{{S}}}", NAME)], "s"),
    graph("Estimated length of the print", "Elapsed and remaining together: how the estimate drifts.",
          [query(f"marlin_print_elapsed_seconds{{{S}}} + on ({BY}) marlin_print_remaining_seconds{{{S}}}", NAME)], "s"),
    graph("Height", "Z.", [query(f'marlin_axis_position_meters{{{S},axis="z"}}', NAME)], "lengthm", line="stepAfter"),
    graph("X and Y", "Where the head was when it was asked: a trend, not a path.",
          [query(f'marlin_axis_position_meters{{{S},axis=~"x|y"}}', NAME + " {{axis}}")], "lengthm", fill=0),
    graph("Overrides", "Speed (M220) and flow (M221).", [
        query(f"marlin_feedrate_ratio{{{S}}}", NAME + " speed"),
        query(f"marlin_flow_ratio{{{S}}}", NAME + " flow")], "percentunit", line="stepAfter"),
    graph("Extrusion", "Filament a second.",
          [query(f"rate(marlin_extruded_meters_total{{{S}}}[1m])", NAME)], "lengthm"),
    graph("Travel", "Path that the axes were told to go, a second.",
          [query(f"rate(marlin_travel_meters_total{{{S}}}[1m])", NAME + " {{axis}}")], "velocityms"),
    graph("Errors", "Errors that the printer reported.",
          [query(f"sum by ({BY}, kind) (increase(marlin_errors_total{{{S}}}[$__rate_interval]))", NAME + " {{kind}}")], "none"),
    table("Prints", "The prints of the time shown, one line each.", [
        query(f"max by ({BY}, print_id, file, source) (max_over_time(marlin_print_job_info{{{S}}}[$__range]))"),
        query(f"max by ({BY}, print_id) (marlin_print_job_info{{{S}}} * on ({BY}) group_left () marlin_print_start_timestamp_seconds) * 1000"),
        query(f"max by ({BY}, print_id) (marlin_print_job_info{{{S}}} * on ({BY}) group_left () marlin_print_elapsed_seconds)")],
        hidden=("Value #A",), names={"Value #B": "began", "Value #C": "lasted"},
        units={"began": "dateTimeAsIso", "lasted": "s"}, width=16),
    row("Mishaps"),
    graph("Mishaps", "What went wrong on the printer's side.", [
        query(f"sum by ({BY}) (increase(marlin_filament_runouts_total{{{S}}}[$__rate_interval]))", NAME + " run-out"),
        query(f"sum by ({BY}) (increase(marlin_crashes_total{{{S}}}[$__rate_interval]))", NAME + " crash"),
        query(f"sum by ({BY}) (increase(marlin_power_panics_total{{{S}}}[$__rate_interval]))", NAME + " power panic"),
        query(f"sum by ({BY}) (increase(marlin_resets_total{{{S}}}[$__rate_interval]))", NAME + " restart")], "none", width=12),
    bars("Restarts in the time shown", "By the cause that the printer gave.",
         [query(f"sum by ({BY}, cause) (increase(marlin_resets_total{{{S}}}[$__range]))", NAME + " {{cause}}", at_end=True)],
         "none", width=12),
    row("Its life"),
    lifetime("Print time", "By the printer's own count.", f"marlin_lifetime_print_seconds_total{{{S}}}", "s"),
    lifetime("Filament", "By the printer's own count.", f"marlin_lifetime_filament_meters_total{{{S}}}", "lengthm"),
    lifetime("Crashes", "By the printer's own count.", f"sum by ({BY}) (marlin_lifetime_crashes_total{{{S}}})"),
    lifetime("Run-outs", "By the printer's own count.", f"marlin_lifetime_filament_runouts_total{{{S}}}"),
    lifetime("Power failures", "By the printer's own count.", f"marlin_lifetime_power_failures_total{{{S}}}"),
    lifetime("MMU failures", "By the printer's own count.", f'marlin_lifetime_mmu_failures_total{{{S},kind="any"}}'),
    row("MMU"),
    graph("State of the MMU", "1 is the state that it is in.",
          [query(f"marlin_mmu_state{{{S}}} == 1", NAME + " {{state}}")], "none", line="stepAfter"),
    graph("Slot", "The filament that is loaded; -1 is none.", [query(f"marlin_mmu_slot{{{S}}}", NAME)], "none", line="stepAfter"),
    graph("Tool changes and errors", "Each in five minutes.", [
        query(f"increase(marlin_mmu_tool_changes_total{{{S}}}[5m])", NAME + " changes"),
        query(f"sum by ({BY}, code) (increase(marlin_mmu_errors_total{{{S}}}[5m]))", NAME + " {{code}}")], "none"),
]
ANNOTATIONS = [
    annotation("Host actions", f"increase(marlin_host_actions_total{{{S}}}[30s]) > 0", "{{printer}}", "{{action}}", "blue"),
    annotation("Restarts", f"increase(marlin_resets_total{{{S}}}[30s]) > 0", "{{printer}}", "restart: {{cause}}", "red"),
]

DASHBOARD = dashboard("marlin-printer", "Printers: one printer", "One printer in detail, its print and its life.", PANELS,
                      VARIABLES, ANNOTATIONS)
