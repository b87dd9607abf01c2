"""Link quality: the serial line, the host, and the agent's own resource use."""
from panels import bars, dashboard, events, graph, heatmap, mappings, query, row, stat, steps
from selection import AGENT, ANNOTATIONS, ANY, BY, HOST, LINKS, NAME, RESENT, S, STARVED, VARIABLES

RATE = "[$__rate_interval]"
NO_PLANNER = "No print from a host, or the printer's oks do not tell."


def rate(metric, labels="", by=""):
    inner = f"rate({metric}{{{S}{',' + labels if labels else ''}}}{RATE})"
    return f"sum by ({BY}{', ' + by if by else ''}) ({inner})"


def used(metric, by):
    """The rate for each value of the label that was counted in the shown time: the others would be lines at 0."""
    return f"{rate(metric, by=by)} and sum by ({BY}, {by}) (increase({metric}{{{S}}}[$__range] @ end())) > 0"


def recent(metric, *by):
    return f"sum by ({', '.join((BY, *by))}) (increase({metric}{{{S}}}{RATE}))"


def quantile(share, metric, labels="", by=""):
    return f"histogram_quantile({share}, {rate(metric + '_bucket', labels, ', '.join(filter(None, ('le', by))))})"


def buckets(metric, labels):
    return query(f"sum by (le) (increase({metric}_bucket{{{S},{labels}}}{RATE}))", "{{le}}", heatmap=True)


PANELS = [
    stat("Resends, total", "Share of all lines in the shown time. Above one in a thousand, check the cable.",
         [query(f"sum(increase(marlin_resends_total{{{S}}}[$__range])) / (sum(increase(marlin_commands_total{{{S}}}[$__range])) > 0)")],
         "percentunit", decimals=3, thresholds=RESENT),
    stat("Planner empty, total", "Share of the print in which the printer had no moves left.",
         [query(f'sum(increase(marlin_starved_seconds_total{{{S}}}[$__range])) / '
                f'(sum(increase(marlin_state_seconds_total{{{S},state="printing"}}[$__range])) > 0)')], "percentunit", decimals=2,
         thresholds=STARVED, absent="no print, or not known"),
    stat("Delay by the agent", "99 of 100 lines spend less than this inside the agent.",
         [query(f"histogram_quantile(0.99, sum by (le) (rate(marlin_passthrough_latency_seconds_bucket{{{S}}}[$__range])))")], "s",
         thresholds=steps("green", (0.005, "orange"), (0.05, "red"))),
    stat("USB losses", "Times the device was lost in the shown time.",
         [query(f'sum(increase(marlin_serial_disconnects_total{{{S},reason!="shutdown"}}[$__range]))')], "none", decimals=0, thresholds=ANY),
    stat("Receive buffer overflows", "Times the printer's receive buffer was full, in the shown time.",
         [query(f"sum(increase(marlin_receive_buffer_overflows_total{{{S}}}[$__range]))")], "none", decimals=0, thresholds=ANY),
    stat("In flight now", "Commands that wait for their ok now.", [query(f"sum(marlin_commands_in_flight{{{S}}})")], "none"),
    row("Responses"),
    heatmap("Time to the ok: moves", "Grows to the duration of a move when the printer's queue is full, which is normal.",
            [buckets("marlin_ok_latency_seconds", 'kind="motion"')], "s"),
    heatmap("Time to the ok: queries", "Latency of the line and the printer, without moves.",
            [buckets("marlin_ok_latency_seconds", 'kind="query"')], "s"),
    graph("Time to the ok", "50 % and 99 % of the commands are faster.", [
        query(quantile(0.5, "marlin_ok_latency_seconds", by="kind"), NAME + " {{kind}} p50"),
        query(quantile(0.99, "marlin_ok_latency_seconds", by="kind"), NAME + " {{kind}} p99")], "s", absent="No command was acknowledged."),
    graph("Round trip of injected queries", "The last answer to each query.",
          [query(f"marlin_query_duration_seconds{{{S}}}", NAME + " {{query}}")], "s"),
    graph("Injected queries", "Answered, and lost.",
          [query(used("marlin_queries_total", "outcome"), NAME + " {{outcome}}")], "reqps"),
    graph("Deferred queries", "Deferred to avoid disturbing printer or host.",
          [query(used("marlin_queries_deferred_total", "reason"), NAME + " {{reason}}")], "reqps",
          absent="None was deferred in the shown time."),
    row("Line"),
    events("Resends", "Share of all lines, by the reason that the printer reported. Above the lines: check it; stop the print.",
           [query(f"{rate('marlin_resends_total', by='reason')} / on ({BY}) group_left () {rate('marlin_commands_total')}",
                  NAME + " {{reason}}")], "percentunit", limits=RESENT),
    graph("Bytes", "On the serial line, from and to the printer.", [
        query(rate("marlin_serial_receive_bytes_total"), NAME + " from the printer"),
        query(used("marlin_serial_transmit_bytes_total", "origin"), NAME + " to it by {{origin}}")], "Bps"),
    graph("Utilisation of the line", "Share of the configured speed, at ten bits per byte.", [
        query(f"{rate('marlin_serial_receive_bytes_total')} * 10 / on ({BY}) marlin_serial_speed_baud", NAME + " from the printer"),
        query(f"{rate('marlin_serial_transmit_bytes_total')} * 10 / on ({BY}) marlin_serial_speed_baud", NAME + " to it")],
        "percentunit", limits=steps("green", (0.8, "orange"))),
    graph("Commands", "Per second, by origin.",
          [query(used("marlin_commands_total", "origin"), NAME + " {{origin}}")], "cps"),
    graph("In flight", "Commands that wait for their ok.", [query(f"marlin_commands_in_flight{{{S}}}", NAME)], "none"),
    graph("Lines from the printer", "Per second, by class.",
          [query(used("marlin_serial_receive_lines_total", "class"), NAME + " {{class}}")], "cps"),
    events("Planner empty", "Share of the time in which the printer had no moves left in a print, by cause.",
           [query(rate("marlin_starved_seconds_total", by="cause"), NAME + " {{cause}}")], "percentunit", limits=STARVED,
           absent="Never in the shown time, or the printer's oks do not tell."),
    events("Planner ran dry", "Times the printer ran out of moves in a print, by cause.",
           [query(recent("marlin_planner_underruns_total", "cause"), NAME + " {{cause}}")],
           absent="Never in the shown time, or the printer's oks do not tell."),
    graph("Buffered moves", "How long the moves in the printer's planner last: half of the oks saw less, and one in twenty.", [
        query(quantile(0.5, "marlin_planner_buffered_seconds"), NAME + " p50"),
        query(quantile(0.05, "marlin_planner_buffered_seconds"), NAME + " p05")], "s", absent=NO_PLANNER),
    events("Stalls", "Times the host sent nothing for more than 1 s in a print.", [query(recent("marlin_stalls_total"), NAME)]),
    graph("Busy", "Share of the time in which the printer reports busy.",
          [query(used("marlin_busy_seconds_total", "reason"), NAME + " {{reason}}")], "percentunit", absent="It never reported busy."),
    events("Faults of the line", "Overflows, missing oks, unexpected oks, lines that were not recognised.", [
        query(recent("marlin_receive_buffer_overflows_total"), NAME + " overflow"),
        query(recent("marlin_missing_oks_total"), NAME + " missing ok"),
        query(recent("marlin_unexpected_oks_total"), NAME + " unexpected ok"),
        query(recent("marlin_unparsed_lines_total"), NAME + " not recognised")]),
    events("Refused commands", "By the reason that the printer reported.",
           [query(recent("marlin_rejected_commands_total", "reason"), NAME + " {{reason}}")]),
    bars("Losses and restarts in the shown time", "By reason.", [
        query(f"sum by ({BY}, reason) (increase(marlin_serial_disconnects_total{{{S}}}[$__range])) > 0", NAME + " {{reason}}", at_end=True),
        query(f"sum by ({BY}, cause) (increase(marlin_resets_total{{{S}}}[$__range])) > 0", NAME + " restart: {{cause}}", at_end=True)],
        "none", thresholds=ANY, absent="None in the shown time."),
    row("Host"),
    graph("Host connected", "Whether a host program has the port open.",
          [query(f"marlin_host_connected{{{S}}}", NAME)], "none", line="stepAfter", min=0, max=1, mappings=mappings(HOST)),
    graph("Bytes of the host", "From and to the host program.", [
        query(rate("marlin_host_receive_bytes_total"), NAME + " from the host"),
        query(rate("marlin_host_transmit_bytes_total"), NAME + " to it")], "Bps"),
    events("Lines not passed to the host", "Answers to the agent, lines dropped because the host did not read, lines without a connected host.", [
        query(rate("marlin_host_withheld_lines_total"), NAME + " withheld"),
        query(rate("marlin_host_dropped_lines_total"), NAME + " dropped"),
        query(rate("marlin_host_unattended_lines_total"), NAME + " no host")], "cps"),
    row("Agent"),
    heatmap("Delay by the agent: to the printer", "Time that a line spends inside the agent.",
            [buckets("marlin_passthrough_latency_seconds", 'direction="to_printer"')], "s"),
    heatmap("Delay by the agent: to the host", "Time that a line spends inside the agent.",
            [buckets("marlin_passthrough_latency_seconds", 'direction="to_host"')], "s"),
    graph("Lag of the event loop", "Delay of the agent's timer: p50 and p99.", [
        query(f'histogram_quantile(0.5, sum by (instance, le) (rate(marlin_agent_event_loop_lag_seconds_bucket{{{AGENT}}}{RATE})))', "{{instance}} p50"),
        query(f'histogram_quantile(0.99, sum by (instance, le) (rate(marlin_agent_event_loop_lag_seconds_bucket{{{AGENT}}}{RATE})))', "{{instance}} p99")],
        "s", limits=steps("green", (0.1, "red"))),
    graph("Scrapes", "Duration seen by Prometheus, and time used by the agent.", [
        query(f"scrape_duration_seconds{{{AGENT}}}", "{{instance}} seen by Prometheus"),
        query(f"marlin_agent_scrape_duration_seconds{{{AGENT}}}", "{{instance}} agent")], "s"),
    graph("Memory", "Resident memory.", [query(f"process_resident_memory_bytes{{{AGENT}}}", "{{instance}}")], "bytes"),
    graph("Processor", "Share of one core.", [query(f"rate(process_cpu_seconds_total{{{AGENT}}}{RATE})", "{{instance}}")], "percentunit"),
    graph("File descriptors", "Open descriptors.", [query(f"process_open_fds{{{AGENT}}}", "{{instance}}")], "none"),
    events("Log", "Warnings and errors.",
          [query(f'sum by (instance, level) (increase(marlin_agent_log_messages_total{{{AGENT}}}{RATE}))', "{{instance}} {{level}}")]),
    graph("Web requests", "Scrapes by status, and refused requests.", [
        query(f"sum by (instance, code) (rate(marlin_agent_scrapes_total{{{AGENT}}}{RATE})) and "
              f"sum by (instance, code) (increase(marlin_agent_scrapes_total{{{AGENT}}}[$__range] @ end())) > 0", "{{instance}} {{code}}"),
        query(f"sum by (instance, code) (rate(marlin_agent_http_refusals_total{{{AGENT}}}{RATE})) > 0", "{{instance}} refused {{code}}")],
        "reqps"),
]

DASHBOARD = dashboard("marlin-link", "Printers: link quality", "The serial line, the host and the agent.",
                      PANELS, VARIABLES, ANNOTATIONS, LINKS)
