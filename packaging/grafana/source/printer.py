"""Printer: one printer in detail, its print and its lifetime."""
from panels import annotation, bars, dashboard, graph, query, row, stat, table, timeline
from selection import BY, NAME, S, STATE_NUMBER, STATES, VARIABLES

SENSOR = NAME + " {{sensor}}"


def heater(title, sensor):
    chosen = f'{S},sensor=~"{sensor}"'
    return graph(title, "Measured temperature, and the target as a second line.", [
        query(f"marlin_temperature_celsius{{{chosen}}}", SENSOR),
        query(f"marlin_temperature_target_celsius{{{chosen}}}", SENSOR + " target")], "celsius")


def lifetime(title, description, expr, unit="none"):
    return stat(title, description, [query(expr, NAME)], unit)


PANELS = [
    timeline("State", "States of the printer.", [query(STATE_NUMBER, NAME)], STATES, width=24, height=5),
    stat("Done", "From the file's M73, otherwise from the bytes read from the SD card.",
         [query(f"max by ({BY}) (marlin_print_progress_ratio{{{S}}})", NAME)], "percentunit"),
    stat("Remaining", "From the file's M73.", [query(f"marlin_print_remaining_seconds{{{S}}}", NAME)], "s"),
    stat("Finished at", "Now plus the remaining time.",
         [query(f"(time() + marlin_print_remaining_seconds{{{S}}}) * 1000", NAME)], "dateTimeAsIso"),
    stat("Filament change in", "The next change or pause in the file.",
         [query(f"marlin_print_change_remaining_seconds{{{S}}}", NAME)], "s"),
    stat("Nozzle diameter", "Diameter set in the printer.", [query(f"marlin_nozzle_diameter_meters{{{S}}}", NAME)], "lengthm"),
    stat("Host", "Whether a host program has the port open.", [query(f"marlin_host_connected{{{S}}}", NAME)], "bool"),
    row("Heat"),
    heater("Nozzle", "tool.*"),
    heater("Bed", "bed"),
    graph("Distance from the target", "Measured minus target, while there is a target.",
          [query(f"marlin_temperature_celsius{{{S}}} - on ({BY}, sensor) (marlin_temperature_target_celsius{{{S}}} > 0)", SENSOR)],
          "celsius"),
    graph("Heater power", "1 is full power.", [query(f"marlin_heater_duty_ratio{{{S}}}", SENSOR)],
          "percentunit", min=0, max=1),
    graph("Fans", "Measured speed.", [query(f"marlin_fan_speed_rpm{{{S}}}", NAME + " {{fan}}")], "rotrpm"),
    graph("Fan power", "Power set by the firmware.",
          [query(f"marlin_fan_duty_ratio{{{S}}}", NAME + " {{fan}}")], "percentunit", min=0, max=1),
    graph("Other temperatures", "Probe, board, chamber: sensors without a heater or with a slow one.",
          [query(f'marlin_temperature_celsius{{{S},sensor!~"tool.*|bed"}}', SENSOR)], "celsius"),
    row("Print"),
    graph("Progress", "By each estimator.",
          [query(f"marlin_print_progress_ratio{{{S}}}", NAME + " {{estimator}}")], "percentunit", min=0, max=1),
    graph("Remaining time", "A straight line means a good estimate.",
          [query(f"marlin_print_remaining_seconds{{{S}}}", NAME)], "s"),
    graph("Estimated length of the print", "Elapsed plus remaining time: the drift of the estimate.",
          [query(f"marlin_print_elapsed_seconds{{{S}}} + on ({BY}) marlin_print_remaining_seconds{{{S}}}", NAME)], "s"),
    graph("Height", "Position of the Z axis.", [query(f'marlin_axis_position_meters{{{S},axis="z"}}', NAME)], "lengthm", line="stepAfter"),
    graph("X and Y", "Reported positions of the print head: samples, not a path.",
          [query(f'marlin_axis_position_meters{{{S},axis=~"x|y"}}', NAME + " {{axis}}")], "lengthm", fill=0),
    graph("Overrides", "Speed (M220) and flow (M221).", [
        query(f"marlin_feedrate_ratio{{{S}}}", NAME + " speed"),
        query(f"marlin_flow_ratio{{{S}}}", NAME + " flow")], "percentunit", line="stepAfter"),
    graph("Extrusion", "Filament per second.",
          [query(f"rate(marlin_extruded_meters_total{{{S}}}[1m])", NAME)], "lengthm"),
    graph("Travel", "Commanded path of the axes per second.",
          [query(f"rate(marlin_travel_meters_total{{{S}}}[1m])", NAME + " {{axis}}")], "velocityms"),
    graph("Errors", "Errors that the printer reported.",
          [query(f"sum by ({BY}, kind) (increase(marlin_errors_total{{{S}}}[$__rate_interval]))", NAME + " {{kind}}")], "none"),
    table("Prints", "The prints in the shown time, one line each.", [
        query(f"max by ({BY}, print_id, file, source) (max_over_time(marlin_print_job_info{{{S}}}[$__range]))"),
        query(f"max by ({BY}, print_id) (marlin_print_job_info{{{S}}} * on ({BY}) group_left () marlin_print_start_timestamp_seconds) * 1000"),
        query(f"max by ({BY}, print_id) (marlin_print_job_info{{{S}}} * on ({BY}) group_left () marlin_print_elapsed_seconds)")],
        hidden=("Value #A",), names={"Value #B": "began", "Value #C": "lasted"},
        units={"began": "dateTimeAsIso", "lasted": "s"}, width=16),
    row("Incidents"),
    graph("Incidents", "Run-outs, crashes, power panics and restarts.", [
        query(f"sum by ({BY}) (increase(marlin_filament_runouts_total{{{S}}}[$__rate_interval]))", NAME + " run-out"),
        query(f"sum by ({BY}) (increase(marlin_crashes_total{{{S}}}[$__rate_interval]))", NAME + " crash"),
        query(f"sum by ({BY}) (increase(marlin_power_panics_total{{{S}}}[$__rate_interval]))", NAME + " power panic"),
        query(f"sum by ({BY}) (increase(marlin_resets_total{{{S}}}[$__rate_interval]))", NAME + " restart")], "none", width=12),
    bars("Restarts in the shown time", "By the cause that the printer reported.",
         [query(f"sum by ({BY}, cause) (increase(marlin_resets_total{{{S}}}[$__range]))", NAME + " {{cause}}", at_end=True)],
         "none", width=12),
    row("Lifetime"),
    lifetime("Print time", "Counted by the printer.", f"marlin_lifetime_print_seconds_total{{{S}}}", "s"),
    lifetime("Filament", "Counted by the printer.", f"marlin_lifetime_filament_meters_total{{{S}}}", "lengthm"),
    lifetime("Crashes", "Counted by the printer.", f"sum by ({BY}) (marlin_lifetime_crashes_total{{{S}}})"),
    lifetime("Run-outs", "Counted by the printer.", f"marlin_lifetime_filament_runouts_total{{{S}}}"),
    lifetime("Power failures", "Counted by the printer.", f"marlin_lifetime_power_failures_total{{{S}}}"),
    lifetime("MMU failures", "Counted by the printer.", f'marlin_lifetime_mmu_failures_total{{{S},kind="any"}}'),
    row("MMU"),
    graph("State of the MMU", "1 for the current state.",
          [query(f"marlin_mmu_state{{{S}}} == 1", NAME + " {{state}}")], "none", line="stepAfter"),
    graph("Slot", "The loaded filament slot; -1: none.", [query(f"marlin_mmu_slot{{{S}}}", NAME)], "none", line="stepAfter"),
    graph("Tool changes and errors", "Counts in five minutes.", [
        query(f"increase(marlin_mmu_tool_changes_total{{{S}}}[5m])", NAME + " changes"),
        query(f"sum by ({BY}, code) (increase(marlin_mmu_errors_total{{{S}}}[5m]))", NAME + " {{code}}")], "none"),
]
ANNOTATIONS = [
    annotation("Host actions", f"increase(marlin_host_actions_total{{{S}}}[30s]) > 0", "{{printer}}", "{{action}}", "blue"),
    annotation("Restarts", f"increase(marlin_resets_total{{{S}}}[30s]) > 0", "{{printer}}", "restart: {{cause}}", "red"),
]

DASHBOARD = dashboard("marlin-printer", "Printers: one printer", "One printer in detail, its print and its lifetime.", PANELS,
                      VARIABLES, ANNOTATIONS)
