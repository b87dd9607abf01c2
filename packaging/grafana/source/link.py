"""Link quality: the serial line, the host, and the agent's own resource use."""
from panels import bars, dashboard, graph, heatmap, query, row, stat
from selection import BY, NAME, S, VARIABLES

RATE = "[$__rate_interval]"
PI = 'job="marlin",instance=~"$instance"'


def rate(metric, labels="", by=""):
    inner = f"rate({metric}{{{S}{',' + labels if labels else ''}}}{RATE})"
    return f"sum by ({BY}{', ' + by if by else ''}) ({inner})"


def quantile(share, metric, labels="", by=""):
    return f"histogram_quantile({share}, {rate(metric + '_bucket', labels, ', '.join(filter(None, ('le', by))))})"


def buckets(metric, labels):
    return query(f"sum by (le) (increase({metric}_bucket{{{S},{labels}}}{RATE}))", "{{le}}", heatmap=True)


PANELS = [
    stat("Resends, total", "Share of all lines in the shown time. Above one in a thousand, check the cable.",
         [query(f"sum(increase(marlin_resends_total{{{S}}}[$__range])) / sum(increase(marlin_commands_total{{{S}}}[$__range]))")],
         "percentunit", decimals=3),
    stat("Planner empty, total", "Share of the print in which the printer had no moves left.",
         [query(f'sum(increase(marlin_starved_seconds_total{{{S}}}[$__range])) / '
                f'(sum(increase(marlin_state_seconds_total{{{S},state="printing"}}[$__range])) > 0)')], "percentunit", decimals=2),
    stat("Delay by the agent", "99 of 100 lines spend less than this inside the agent.",
         [query(f"histogram_quantile(0.99, sum by (le) (rate(marlin_passthrough_latency_seconds_bucket{{{S}}}[$__range])))")], "s"),
    stat("USB losses", "Times the device was lost in the shown time.",
         [query(f'sum(increase(marlin_serial_disconnects_total{{{S},reason!="shutdown"}}[$__range]))')], "none", decimals=0),
    stat("Receive buffer overflows", "Times the printer's receive buffer was full, in the shown time.",
         [query(f"sum(increase(marlin_receive_buffer_overflows_total{{{S}}}[$__range]))")], "none", decimals=0),
    stat("In flight now", "Commands that wait for their ok now.", [query(f"sum(marlin_commands_in_flight{{{S}}})")], "none"),
    row("Responses"),
    heatmap("Time to the ok: moves", "Grows to the duration of a move when the printer's queue is full, which is normal.",
            [buckets("marlin_ok_latency_seconds", 'kind="motion"')], "s"),
    heatmap("Time to the ok: queries", "Latency of the line and the printer, without moves.",
            [buckets("marlin_ok_latency_seconds", 'kind="query"')], "s"),
    graph("Time to the ok", "50 % and 99 % of the commands are faster.", [
        query(quantile(0.5, "marlin_ok_latency_seconds", by="kind"), NAME + " {{kind}} p50"),
        query(quantile(0.99, "marlin_ok_latency_seconds", by="kind"), NAME + " {{kind}} p99")], "s"),
    graph("Round trip of injected queries", "The last answer to each query.",
          [query(f"marlin_query_duration_seconds{{{S}}}", NAME + " {{query}}")], "s"),
    graph("Injected queries", "Answered, and lost.",
          [query(rate("marlin_queries_total", by="outcome"), NAME + " {{outcome}}")], "reqps"),
    graph("Deferred queries", "Deferred to avoid disturbing printer or host.",
          [query(rate("marlin_queries_deferred_total", by="reason"), NAME + " {{reason}}")], "reqps"),
    row("Line"),
    graph("Resends", "Share of all lines, by the reason that the printer reported.",
          [query(f"{rate('marlin_resends_total', by='reason')} / on ({BY}) group_left () {rate('marlin_commands_total')}",
                 NAME + " {{reason}}")], "percentunit"),
    graph("Bytes", "On the serial line, from and to the printer.", [
        query(rate("marlin_serial_receive_bytes_total"), NAME + " from the printer"),
        query(rate("marlin_serial_transmit_bytes_total", by="origin"), NAME + " to it by {{origin}}")], "Bps"),
    graph("Utilisation of the line", "Share of the configured speed, at ten bits per byte.", [
        query(f"{rate('marlin_serial_receive_bytes_total')} * 10 / on ({BY}) marlin_serial_speed_baud", NAME + " from the printer"),
        query(f"{rate('marlin_serial_transmit_bytes_total')} * 10 / on ({BY}) marlin_serial_speed_baud", NAME + " to it")],
        "percentunit"),
    graph("Commands", "Per second, by origin.",
          [query(rate("marlin_commands_total", by="origin"), NAME + " {{origin}}")], "cps"),
    graph("In flight", "Commands that wait for their ok.", [query(f"marlin_commands_in_flight{{{S}}}", NAME)], "none"),
    graph("Lines from the printer", "Per second, by class.",
          [query(rate("marlin_serial_receive_lines_total", by="class"), NAME + " {{class}}")], "cps"),
    graph("Planner empty", "Share of the time in which the printer had no moves left in a print, by cause.",
          [query(rate("marlin_starved_seconds_total", by="cause"), NAME + " {{cause}}")], "percentunit"),
    graph("Planner ran dry", "Times the printer ran out of moves in a print, by cause.",
          [query(f"sum by ({BY}, cause) (increase(marlin_planner_underruns_total{{{S}}}{RATE}))", NAME + " {{cause}}")], "none"),
    graph("Buffered moves", "How long the moves in the printer's planner last: half of the oks saw less, and one in twenty.", [
        query(quantile(0.5, "marlin_planner_buffered_seconds"), NAME + " p50"),
        query(quantile(0.05, "marlin_planner_buffered_seconds"), NAME + " p05")], "s"),
    graph("Stalls", "Times the host sent nothing for more than 1 s in a print.",
          [query(f"sum by ({BY}) (increase(marlin_stalls_total{{{S}}}{RATE}))", NAME)], "none"),
    graph("Busy", "Share of the time in which the printer reports busy.",
          [query(rate("marlin_busy_seconds_total", by="reason"), NAME + " {{reason}}")], "percentunit"),
    graph("Faults of the line", "Overflows, missing oks, unexpected oks, lines that were not recognised.", [
        query(f"sum by ({BY}) (increase(marlin_receive_buffer_overflows_total{{{S}}}{RATE}))", NAME + " overflow"),
        query(f"sum by ({BY}) (increase(marlin_missing_oks_total{{{S}}}{RATE}))", NAME + " missing ok"),
        query(f"sum by ({BY}) (increase(marlin_unexpected_oks_total{{{S}}}{RATE}))", NAME + " unexpected ok"),
        query(f"sum by ({BY}) (increase(marlin_unparsed_lines_total{{{S}}}{RATE}))", NAME + " not recognised")], "none"),
    graph("Refused commands", "By the reason that the printer reported.",
          [query(f"sum by ({BY}, reason) (increase(marlin_rejected_commands_total{{{S}}}{RATE}))", NAME + " {{reason}}")], "none"),
    bars("Losses and restarts in the shown time", "By reason.", [
        query(f"sum by ({BY}, reason) (increase(marlin_serial_disconnects_total{{{S}}}[$__range]))", NAME + " {{reason}}", at_end=True),
        query(f"sum by ({BY}, cause) (increase(marlin_resets_total{{{S}}}[$__range]))", NAME + " restart: {{cause}}", at_end=True)],
        "none"),
    row("Host"),
    graph("Host connected", "Whether a host program has the port open.",
          [query(f"marlin_host_connected{{{S}}}", NAME)], "bool", line="stepAfter"),
    graph("Bytes of the host", "From and to the host program.", [
        query(rate("marlin_host_receive_bytes_total"), NAME + " from the host"),
        query(rate("marlin_host_transmit_bytes_total"), NAME + " to it")], "Bps"),
    graph("Lines not passed to the host", "Answers to the agent, lines dropped because the host did not read, lines without a connected host.", [
        query(rate("marlin_host_withheld_lines_total"), NAME + " withheld"),
        query(rate("marlin_host_dropped_lines_total"), NAME + " dropped"),
        query(rate("marlin_host_unattended_lines_total"), NAME + " no host")], "cps"),
    row("Agent"),
    heatmap("Delay by the agent: to the printer", "Time that a line spends inside the agent.",
            [buckets("marlin_passthrough_latency_seconds", 'direction="to_printer"')], "s"),
    heatmap("Delay by the agent: to the host", "Time that a line spends inside the agent.",
            [buckets("marlin_passthrough_latency_seconds", 'direction="to_host"')], "s"),
    graph("Lag of the event loop", "Delay of the agent's timer: p50 and p99.", [
        query(f'histogram_quantile(0.5, sum by (instance, le) (rate(marlin_agent_event_loop_lag_seconds_bucket{{instance=~"$instance"}}{RATE})))', "{{instance}} p50"),
        query(f'histogram_quantile(0.99, sum by (instance, le) (rate(marlin_agent_event_loop_lag_seconds_bucket{{instance=~"$instance"}}{RATE})))', "{{instance}} p99")],
        "s"),
    graph("Scrapes", "Duration seen by Prometheus, and time used by the agent.", [
        query(f"scrape_duration_seconds{{{PI}}}", "{{instance}} seen by Prometheus"),
        query('marlin_agent_scrape_duration_seconds{instance=~"$instance"}', "{{instance}} agent")], "s"),
    graph("Memory", "Resident memory.", [query(f"process_resident_memory_bytes{{{PI}}}", "{{instance}}")], "bytes"),
    graph("Processor", "Share of one core.", [query(f"rate(process_cpu_seconds_total{{{PI}}}{RATE})", "{{instance}}")], "percentunit"),
    graph("File descriptors", "Open descriptors.", [query(f"process_open_fds{{{PI}}}", "{{instance}}")], "none"),
    graph("Log", "Warnings and errors.",
          [query(f'sum by (instance, level) (increase(marlin_agent_log_messages_total{{instance=~"$instance"}}{RATE}))', "{{instance}} {{level}}")],
          "none"),
    graph("Web requests", "Scrapes by status, and refused requests.", [
        query(f'sum by (instance, code) (rate(marlin_agent_scrapes_total{{instance=~"$instance"}}{RATE}))', "{{instance}} {{code}}"),
        query(f'sum by (instance, code) (rate(marlin_agent_http_refusals_total{{instance=~"$instance"}}{RATE}))', "{{instance}} refused {{code}}")],
        "reqps"),
]

DASHBOARD = dashboard("marlin-link", "Printers: link quality", "The serial line, the host and the agent.",
                      PANELS, VARIABLES)
