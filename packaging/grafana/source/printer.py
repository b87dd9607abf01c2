"""Printer: one printer in detail, its print and its lifetime."""
from panels import bars, closed_row, dashboard, events, graph, query, row, stat, steps, timeline
from selection import (ANNOTATIONS, ANY, BY, HOST, LINKS, NAME, RESENT, S, STARVED, STATE_NUMBER, STATES, VARIABLES, alerts_table,
                       prints_table)

SENSOR = NAME + " {{sensor}}"


def heater(title, sensor):
    chosen = f'{S},sensor=~"{sensor}"'
    return graph(title, "Measured temperature, and the target as a second line.", [
        query(f"marlin_temperature_celsius{{{chosen}}}", SENSOR),
        query(f"marlin_temperature_target_celsius{{{chosen}}} > 0", SENSOR + " target")], "celsius")


def lifetime(title, description, expr, unit="none", absent="not reported"):
    return stat(title, description, [query(expr, NAME)], unit, absent=absent)


def in_range(metric, labels="", by=""):
    return f"sum by ({BY}{by}) (increase({metric}{{{S}{labels}}}[$__range]))"


def recent(metric, by=""):
    return f"sum by ({BY}{by}) (increase({metric}{{{S}}}[$__rate_interval]))"


# While it prints, the expected end; after that the time of the end.
FINISHED_AT = (f"1000 * (time() + marlin_print_remaining_seconds{{{S}}} and on ({BY}) marlin_print_job_info{{{S}}}) or on ({BY}) "
               f"1000 * max by ({BY}) (last_over_time(marlin:print_end_timestamp_seconds{{{S}}}[$__range]))")
HEATER_ALARMS = ',kind=~"thermal_runaway|preheat|mintemp|maxtemp|thermal_model"'

PANELS = [
    timeline("State", "States of the printer.", [query(STATE_NUMBER, NAME)], STATES, width=24, height=5),
    stat("Done", "From the file's M73, otherwise from the bytes read from the SD card.",
         [query(f"max by ({BY}) (marlin_print_progress_ratio{{{S}}})", NAME)], "percentunit", absent="no print"),
    stat("Remaining", "From the file's M73, while it prints.",
         [query(f"marlin_print_remaining_seconds{{{S}}} and on ({BY}) marlin_print_job_info{{{S}}}", NAME, at_end=True)], "s", absent="no print"),
    stat("Finished at", "Now plus the remaining time; after a print the time at which the agent saw its end.", [query(FINISHED_AT, NAME, at_end=True)],
         "dateTimeAsIso", absent="no print"),
    stat("Filament change in", "The next change or pause in the file.",
         [query(f"marlin_print_change_remaining_seconds{{{S}}}", NAME, at_end=True)], "s", absent="none in the file",
         thresholds=steps("orange", (300, "green"))),
    stat("Line", "Whether the printer answers on its line.", [query(f"marlin_up{{{S}}}", NAME, at_end=True)], "none",
         words={0: ("no answer", "red"), 1: ("answers", "green")}, absent="no agent"),
    stat("Host", "Whether a host program has the port open.", [query(f"marlin_host_connected{{{S}}}", NAME, at_end=True)], "none", words=HOST,
         absent="no agent"),
    stat("Heater alarms", "The firmware found a heater or its sensor out of range and stopped, in the shown time.",
         [query(in_range("marlin_errors_total", HEATER_ALARMS), NAME, at_end=True)], "none", thresholds=ANY, decimals=0),
    stat("Restarts", "Of the printer, in the shown time. One is normal when its port is opened first.",
         [query(in_range("marlin_resets_total"), NAME, at_end=True)], "none", thresholds=steps("green", (1.5, "red")), decimals=0),
    stat("Resends", "Share of all lines in the shown time. Above one in a thousand, check the cable.",
         [query(f"{in_range('marlin_resends_total')} / ({in_range('marlin_commands_total')} > 0)", NAME, at_end=True)], "percentunit",
         thresholds=RESENT, decimals=3),
    stat("Planner empty", "Share of the time of printing in which the printer had no moves left.",
         [query(f"{in_range('marlin_starved_seconds_total')} / (" + in_range("marlin_state_seconds_total", ',state="printing"') + " > 0)", NAME,
                at_end=True)], "percentunit", thresholds=STARVED, decimals=2, absent="no print, or not known"),
    stat("Lines dropped", "Lines of the printer that the host program did not read in time, in the shown time.",
         [query(in_range("marlin_host_dropped_lines_total"), NAME, at_end=True)], "none", thresholds=ANY, decimals=0),
    stat("Nozzle diameter", "Diameter set in the printer.", [query(f"marlin_nozzle_diameter_meters{{{S}}}", NAME, at_end=True)], "lengthm",
         absent="not reported"),
    prints_table(width=16),
    alerts_table(),
    row("Heat"),
    heater("Nozzle", "tool.*"),
    heater("Bed", "bed"),
    graph("Distance from the target", "Measured minus target, while there is a target.",
          [query(f"marlin_temperature_celsius{{{S}}} - on ({BY}, sensor) (marlin_temperature_target_celsius{{{S}}} > 0)", SENSOR)],
          "celsius", limits=steps("red", (-10, "green"), (10, "red")), absent="No heater has a target."),
    graph("Heater power", "1 is full power. Above 95 % for a quarter of an hour the heater is at its limit.",
          [query(f"marlin_heater_duty_ratio{{{S}}}", SENSOR)], "percentunit", min=0, max=1, limits=steps("green", (0.95, "orange")),
          absent="The printer does not report it."),
    graph("Fans", "Measured speed.", [query(f"marlin_fan_speed_rpm{{{S}}}", NAME + " {{fan}}")], "rotrpm",
          absent="The printer does not report it."),
    graph("Fan power", "Power set by the firmware.",
          [query(f"marlin_fan_duty_ratio{{{S}}}", NAME + " {{fan}}")], "percentunit", min=0, max=1, absent="Not known yet."),
    graph("Other temperatures", "Probe, board, chamber: sensors without a heater or with a slow one. Electronics above 60 degrees are too hot.",
          [query(f'marlin_temperature_celsius{{{S},sensor!~"tool.*|bed"}}', SENSOR)], "celsius", limits=steps("green", (60, "red")),
          absent="The printer has no other sensor."),
    row("Print"),
    graph("Progress", "By each estimator.",
          [query(f"marlin_print_progress_ratio{{{S}}}", NAME + " {{estimator}}")], "percentunit", min=0, max=1,
          absent="No print, or its file has no M73."),
    graph("Remaining time", "A straight line means a good estimate.",
          [query(f"marlin_print_remaining_seconds{{{S}}}", NAME)], "s", absent="No print, or its file has no M73."),
    graph("Estimated length of the print", "Elapsed plus remaining time: the drift of the estimate.",
          [query(f"marlin_print_elapsed_seconds{{{S}}} + on ({BY}) marlin_print_remaining_seconds{{{S}}}", NAME)], "s",
          absent="No print, or its file has no M73."),
    graph("Height", "Position of the Z axis, as the printer reports it.", [query(f'marlin_axis_position_meters{{{S},axis="z"}}', NAME)], "lengthm",
          line="stepAfter", absent="The printer does not report it."),
    graph("X and Y", "Reported positions of the print head: samples, not a path.",
          [query(f'marlin_axis_position_meters{{{S},axis=~"x|y"}}', NAME + " {{axis}}")], "lengthm", fill=0,
          absent="The printer does not report them."),
    graph("Overrides", "Speed (M220) and flow (M221).", [
        query(f"marlin_feedrate_ratio{{{S}}}", NAME + " speed"),
        query(f"marlin_flow_ratio{{{S}}}", NAME + " flow")], "percentunit", line="stepAfter", absent="Not known."),
    graph("Extrusion", "Filament per second.",
          [query(f"rate(marlin_extruded_meters_total{{{S}}}[1m])", NAME)], "lengthm"),
    graph("Travel", "Commanded path of the axes per second.",
          [query(f"rate(marlin_travel_meters_total{{{S}}}[1m])", NAME + " {{axis}}")], "velocityms"),
    row("Planner"),
    graph("Buffered moves", "How long the moves in the printer's planner last: half of the oks saw less, and one in twenty. Near 0 it runs dry.", [
        query(f"histogram_quantile({share}, sum by ({BY}, le) (rate(marlin_planner_buffered_seconds_bucket{{{S}}}[$__rate_interval])))",
              f"{NAME} {words}") for share, words in ((0.5, "p50"), (0.05, "p05"))], "s", limits=steps("red", (0.05, "green")),
          absent="No print from a host, or the printer's oks do not tell."),
    events("Planner ran dry", "Times the printer ran out of moves in a print, by cause.",
           [query(recent("marlin_planner_underruns_total", ", cause"), NAME + " {{cause}}")],
           absent="Never in the shown time, or the printer's oks do not tell."),
    events("Planner empty, by cause", "Time for which the printer had no moves left in a print.",
           [query(recent("marlin_starved_seconds_total", ", cause"), NAME + " {{cause}}")], "s",
           absent="Never in the shown time, or the printer's oks do not tell."),
    graph("Layer", "From the moves of a host's print.", [query(f"marlin_print_layer{{{S}}}", NAME)], "none", line="stepAfter", width=12, decimals=0,
          absent="No print from a host."),
    graph("Height of the layer", "Above the bed, from the moves of a host's print.", [query(f"marlin_print_layer_height_meters{{{S}}}", NAME)],
          "lengthm", line="stepAfter", width=12, absent="No print from a host."),
    row("Incidents"),
    events("Errors", "Errors that the printer reported.", [query(recent("marlin_errors_total", ", kind"), NAME + " {{kind}}")]),
    events("Incidents", "Run-outs, crashes, power panics and restarts.", [
        query(recent("marlin_filament_runouts_total"), NAME + " run-out"),
        query(recent("marlin_crashes_total"), NAME + " crash"),
        query(recent("marlin_power_panics_total"), NAME + " power panic"),
        query(recent("marlin_resets_total"), NAME + " restart")]),
    bars("Restarts in the shown time", "By the cause that the printer reported.",
         [query(in_range("marlin_resets_total", by=", cause") + " > 0", NAME + " {{cause}}", at_end=True)], "none", thresholds=ANY,
         absent="None in the shown time."),
    row("Lifetime"),
    lifetime("Print time", "Counted by the printer.", f"marlin_lifetime_print_seconds_total{{{S}}}", "s"),
    lifetime("Filament", "Counted by the printer.", f"marlin_lifetime_filament_meters_total{{{S}}}", "lengthm"),
    lifetime("Crashes", "Counted by the printer.", f"sum by ({BY}) (marlin_lifetime_crashes_total{{{S}}})"),
    lifetime("Run-outs", "Counted by the printer.", f"marlin_lifetime_filament_runouts_total{{{S}}}"),
    lifetime("Power failures", "Counted by the printer.", f"marlin_lifetime_power_failures_total{{{S}}}"),
    lifetime("MMU failures", "Counted by the printer.", f'marlin_lifetime_mmu_failures_total{{{S},kind="any"}}', absent="no MMU"),
    closed_row("MMU", [
        graph("State of the MMU", "1 for the current state.",
              [query(f"marlin_mmu_state{{{S}}} == 1", NAME + " {{state}}")], "none", line="stepAfter", absent="The printer has no MMU."),
        graph("Slot", "The loaded filament slot; -1: none.", [query(f"marlin_mmu_slot{{{S}}}", NAME)], "none", line="stepAfter",
              absent="The printer has no MMU."),
        events("Tool changes and errors", "Counts in five minutes.", [
            query(f"increase(marlin_mmu_tool_changes_total{{{S}}}[5m])", NAME + " changes"),
            query(f"sum by ({BY}, code) (increase(marlin_mmu_errors_total{{{S}}}[5m]))", NAME + " {{code}}")]),
    ]),
]

DASHBOARD = dashboard("marlin-printer", "Printers: one printer", "One printer in detail, its print and its lifetime.", PANELS,
                      VARIABLES, ANNOTATIONS, LINKS)
