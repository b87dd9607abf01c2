"""Link quality: the serial line, the host at its other end, and what the agent itself costs."""
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
    stat("Sent again in all", "Of all lines in the time shown. Above one in a thousand, look at the cable.",
         [query(f"sum(increase(marlin_resends_total{{{S}}}[$__range])) / sum(increase(marlin_commands_total{{{S}}}[$__range]))")],
         "percentunit", decimals=3),
    stat("Nothing in flight in all", "Share of the print with no command in flight. Normal for a host that sends one line after each ok.",
         [query(f'sum(increase(marlin_starved_seconds_total{{{S}}}[$__range])) / '
                f'(sum(increase(marlin_state_seconds_total{{{S},state="printing"}}[$__range])) > 0)')], "percentunit", decimals=2),
    stat("Delay by the agent", "99 of 100 lines spend less than this inside the agent.",
         [query(f"histogram_quantile(0.99, sum by (le) (rate(marlin_passthrough_latency_seconds_bucket{{{S}}}[$__range])))")], "s"),
    stat("USB losses", "Times the device went away in the time shown.",
         [query(f'sum(increase(marlin_serial_disconnects_total{{{S},reason!="shutdown"}}[$__range]))')], "none", decimals=0),
    stat("Receive buffer overflows", "The printer could not take what was sent, in the time shown.",
         [query(f"sum(increase(marlin_receive_buffer_overflows_total{{{S}}}[$__range]))")], "none", decimals=0),
    stat("In flight now", "Commands that wait for their ok now.", [query(f"sum(marlin_commands_in_flight{{{S}}})")], "none"),
    row("Answers"),
    heatmap("Time to the ok: moves", "Grows to the length of a move when the printer's queue is full: that is as it should be.",
            [buckets("marlin_ok_latency_seconds", 'kind="motion"')], "s"),
    heatmap("Time to the ok: questions", "The line and the printer's attention, without moves.",
            [buckets("marlin_ok_latency_seconds", 'kind="query"')], "s"),
    graph("Time to the ok", "Half and 99 of 100 commands are faster.", [
        query(quantile(0.5, "marlin_ok_latency_seconds", by="kind"), NAME + " {{kind}} p50"),
        query(quantile(0.99, "marlin_ok_latency_seconds", by="kind"), NAME + " {{kind}} p99")], "s"),
    graph("Round trip of own questions", "The last answer to each.",
          [query(f"marlin_query_duration_seconds{{{S}}}", NAME + " {{query}}")], "s"),
    graph("Own questions", "Answered, and lost.",
          [query(rate("marlin_queries_total", by="outcome"), NAME + " {{outcome}}")], "reqps"),
    graph("Own questions put off", "So as not to disturb printer or host.",
          [query(rate("marlin_queries_deferred_total", by="reason"), NAME + " {{reason}}")], "reqps"),
    row("Line"),
    graph("Lines sent again", "Of all lines, by the printer's complaint.",
          [query(f"{rate('marlin_resends_total', by='reason')} / on ({BY}) group_left () {rate('marlin_commands_total')}",
                 NAME + " {{reason}}")], "percentunit"),
    graph("Bytes", "On the serial line, from and to the printer.", [
        query(rate("marlin_serial_receive_bytes_total"), NAME + " from the printer"),
        query(rate("marlin_serial_transmit_bytes_total", by="origin"), NAME + " to it by {{origin}}")], "Bps"),
    graph("Use of the line", "Ten bits a byte of what the speed allows.", [
        query(f"{rate('marlin_serial_receive_bytes_total')} * 10 / on ({BY}) marlin_serial_speed_baud", NAME + " from the printer"),
        query(f"{rate('marlin_serial_transmit_bytes_total')} * 10 / on ({BY}) marlin_serial_speed_baud", NAME + " to it")],
        "percentunit"),
    graph("Commands", "A second, by who caused them.",
          [query(rate("marlin_commands_total", by="origin"), NAME + " {{origin}}")], "cps"),
    graph("In flight", "Commands that wait for their ok.", [query(f"marlin_commands_in_flight{{{S}}}", NAME)], "none"),
    graph("Lines from the printer", "A second, by class.",
          [query(rate("marlin_serial_receive_lines_total", by="class"), NAME + " {{class}}")], "cps"),
    graph("Nothing in flight", "Share of the time with no command in flight while printing. Normal for a host that sends one line after each ok.",
          [query(rate("marlin_starved_seconds_total"), NAME)], "percentunit"),
    graph("Stalls", "Times the host sent nothing for more than 1 s in a print.",
          [query(f"sum by ({BY}) (increase(marlin_stalls_total{{{S}}}{RATE}))", NAME)], "none"),
    graph("Busy", "Share of the time in which the printer says so.",
          [query(rate("marlin_busy_seconds_total", by="reason"), NAME + " {{reason}}")], "percentunit"),
    graph("Faults of the line", "Overflows, oks that never came, oks that nobody waited for, lines not understood.", [
        query(f"sum by ({BY}) (increase(marlin_receive_buffer_overflows_total{{{S}}}{RATE}))", NAME + " overflow"),
        query(f"sum by ({BY}) (increase(marlin_missing_oks_total{{{S}}}{RATE}))", NAME + " missing ok"),
        query(f"sum by ({BY}) (increase(marlin_unexpected_oks_total{{{S}}}{RATE}))", NAME + " unexpected ok"),
        query(f"sum by ({BY}) (increase(marlin_unparsed_lines_total{{{S}}}{RATE}))", NAME + " not understood")], "none"),
    graph("Refused commands", "By the printer's reason.",
          [query(f"sum by ({BY}, reason) (increase(marlin_rejected_commands_total{{{S}}}{RATE}))", NAME + " {{reason}}")], "none"),
    bars("Losses and restarts in the time shown", "By reason.", [
        query(f"sum by ({BY}, reason) (increase(marlin_serial_disconnects_total{{{S}}}[$__range]))", NAME + " {{reason}}", at_end=True),
        query(f"sum by ({BY}, cause) (increase(marlin_resets_total{{{S}}}[$__range]))", NAME + " restart: {{cause}}", at_end=True)],
        "none"),
    row("Host"),
    graph("Host connected", "Whether a host program holds the port.",
          [query(f"marlin_host_connected{{{S}}}", NAME)], "bool", line="stepAfter"),
    graph("Bytes of the host", "From and to the host program.", [
        query(rate("marlin_host_receive_bytes_total"), NAME + " from the host"),
        query(rate("marlin_host_transmit_bytes_total"), NAME + " to it")], "Bps"),
    graph("Lines kept from the host", "Answers to the agent, lines dropped because it did not read, lines that nobody was there to take.", [
        query(rate("marlin_host_withheld_lines_total"), NAME + " the agent's"),
        query(rate("marlin_host_dropped_lines_total"), NAME + " dropped"),
        query(rate("marlin_host_unattended_lines_total"), NAME + " nobody there")], "cps"),
    row("Agent"),
    heatmap("Delay by the agent: to the printer", "Time that a line spends inside.",
            [buckets("marlin_passthrough_latency_seconds", 'direction="to_printer"')], "s"),
    heatmap("Delay by the agent: to the host", "Time that a line spends inside.",
            [buckets("marlin_passthrough_latency_seconds", 'direction="to_host"')], "s"),
    graph("Lag of the event loop", "How late the agent is woken: half, and 99 of 100.", [
        query(f'histogram_quantile(0.5, sum by (instance, le) (rate(marlin_agent_event_loop_lag_seconds_bucket{{instance=~"$instance"}}{RATE})))', "{{instance}} p50"),
        query(f'histogram_quantile(0.99, sum by (instance, le) (rate(marlin_agent_event_loop_lag_seconds_bucket{{instance=~"$instance"}}{RATE})))', "{{instance}} p99")],
        "s"),
    graph("Scrapes", "What Prometheus waited, and what the agent needed.", [
        query(f"scrape_duration_seconds{{{PI}}}", "{{instance}} seen by Prometheus"),
        query('marlin_agent_scrape_duration_seconds{instance=~"$instance"}', "{{instance}} agent")], "s"),
    graph("Memory", "Resident.", [query(f"process_resident_memory_bytes{{{PI}}}", "{{instance}}")], "bytes"),
    graph("Processor", "Of one core.", [query(f"rate(process_cpu_seconds_total{{{PI}}}{RATE})", "{{instance}}")], "percentunit"),
    graph("File descriptors", "Open ones.", [query(f"process_open_fds{{{PI}}}", "{{instance}}")], "none"),
    graph("Log", "Warnings and errors.",
          [query(f'sum by (instance, level) (increase(marlin_agent_log_messages_total{{instance=~"$instance"}}{RATE}))', "{{instance}} {{level}}")],
          "none"),
    graph("Web requests", "Of the metrics, by status, and those that were turned away.", [
        query(f'sum by (instance, code) (rate(marlin_agent_scrapes_total{{instance=~"$instance"}}{RATE}))', "{{instance}} {{code}}"),
        query(f'sum by (instance, code) (rate(marlin_agent_http_refusals_total{{instance=~"$instance"}}{RATE}))', "{{instance}} refused {{code}}")],
        "reqps"),
]

DASHBOARD = dashboard("marlin-link", "Printers: link quality", "The serial line, the host at its other end, and the agent.",
                      PANELS, VARIABLES)
