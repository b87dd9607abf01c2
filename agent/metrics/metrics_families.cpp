#include "agent/metrics/metrics_families.h"

#include <algorithm>

#include "agent/metrics/metrics_labels.h"
#include "agent/metrics/metrics_print_jobs.h"
#include "agent/text/metrics_text.h"

namespace agent::metrics {
namespace {

using gcode::line::in_seconds;

constexpr auto kCounter = prometheus::MetricType::Counter;
constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kHistogram = prometheus::MetricType::Histogram;

using A = AgentSource;
using P = PrinterSource;
using Out = SeriesWriter;

template <class Number>
void add_known(const std::optional<Number>& value, Out& out) {
  if (value) out.add(static_cast<double>(*value));
}

template <class Enum>
void add_seconds(const gcode::line::EnumArray<Enum, gcode::line::Time>& times, const gcode::line::Words<Enum>& words,
                 Out& out) {
  for (const Enum at : gcode::line::kValuesOf<Enum>) out.add(in_seconds(times[at]), {words[at]});
}

template <class Enum, std::size_t N>
void add_histograms(const gcode::line::EnumArray<Enum, gcode::printer::Histogram<N>>& histograms,
                    const std::array<double, N>& bounds, const gcode::line::Words<Enum>& words, Out& out) {
  for (const Enum at : gcode::line::kValuesOf<Enum>) out.add_histogram(histograms[at], bounds, {words[at]});
}

void scrapes(const A& a, Out& out) {
  for (std::size_t i = 0; i < snapshot::kScrapeCodes.size(); ++i) {
    out.add(static_cast<double>(a.web.scrapes(i)), {std::to_string(snapshot::kScrapeCodes[i])});
  }
}

void refusals(const A& a, Out& out) {
  for (std::size_t i = 0; i < snapshot::kRefusalCodes.size(); ++i) {
    out.add(static_cast<double>(a.web.refusals(i)), {std::to_string(snapshot::kRefusalCodes[i])});
  }
}

void last_scrape(const A& a, Out& out) {
  if (a.web.last_scrape_seconds() >= 0) out.add(a.web.last_scrape_seconds());
}

void last_reload(const A& a, Out& out) {
  if (a.snapshot.last_reload_success_unix_seconds > 0) out.add(a.snapshot.last_reload_success_unix_seconds);
}

void last_receive(const P& p, Out& out) {
  if (p.link.last_receive != gcode::line::Time{}) out.add(in_seconds(p.link.last_receive + p.link.wall_offset));
}

void query_durations(const P& p, Out& out) {
  if (!p.up) return;
  const auto& durations = p.link.counters.query_duration;
  for (const gcode::printer::Query query : gcode::line::kValuesOf<gcode::printer::Query>) {
    if (durations[query] != gcode::line::Time{}) out.add(in_seconds(durations[query]), {kQueryWords[query]});
  }
}

void queries(const P& p, Out& out) {
  for (const gcode::printer::Query query : gcode::line::kValuesOf<gcode::printer::Query>) {
    for (const gcode::printer::QueryOutcome outcome : gcode::line::kValuesOf<gcode::printer::QueryOutcome>) {
      out.add(static_cast<double>(p.link.counters.queries[query][outcome]),
              {kQueryWords[query], kOutcomeWords[outcome]});
    }
  }
}

template <auto Field>
void reading(const P& p, Out& out) {
  add_known(p.readings.*Field, out);
}

template <auto Field>
void sensors(const P& p, Out& out) {
  for (const auto& sensor : p.readings.sensors) {
    if (sensor.*Field) out.add(*(sensor.*Field), {sensor.word});
  }
}

template <auto Field>
void fans(const P& p, Out& out) {
  for (std::size_t i = 0; i < kFanWords.size(); ++i) {
    if (const auto& value = p.readings.fans[i].*Field) out.add(*value, {kFanWords[i]});
  }
}

void positions(const P& p, Out& out) {
  for (std::size_t i = 0; i < kAxisWords.size(); ++i) {
    if (const auto& meters = p.readings.position_meters[i]) out.add(*meters, {kAxisWords[i]});
  }
}

void progress(const P& p, Out& out) {
  if (const auto& ratio = p.readings.m73_ratio) out.add(*ratio, {"m73"});
  if (const auto& ratio = p.readings.sd_ratio) out.add(*ratio, {"bytes"});
}

void busy(const P& p, Out& out) {
  if (!p.up) return;
  for (const auto reason : gcode::line::kValuesOf<gcode::reply::BusyReason>)
    out.add(p.readings.busy == reason ? 1 : 0, {kBusyWords[reason]});
}

template <class Text>
std::string text_of(const gcode::printer::Aged<Text>& aged) {
  return aged.known ? text::clean_text(aged.value.view()) : std::string();
}

void printer_info(const P& p, Out& out) {
  const auto& printer = p.link.printer;
  if (!p.up || !(printer.firmware.known || printer.machine_type.known || printer.serial_number.known)) return;
  out.add(1, {text_of(printer.machine_type), text_of(printer.firmware), text_of(printer.protocol),
              text_of(printer.serial_number), text::clean_text(p.link.usb_id)});
}

void capabilities(const P& p, Out& out) {
  if (!p.up) return;
  // 60: bound on the series of this family for one printer; Marlin 2.1 announces 30.
  constexpr std::size_t kMost = 60;
  const auto& all = p.link.printer.capabilities;
  const auto end = all.begin() + std::min<std::size_t>(p.link.printer.capability_count, kMost);
  for (auto it = all.begin(); it != end; ++it) {
    const auto name = it->name.view();
    // A name that was reported twice must not make two series of one name; the first is used.
    const bool reported_before = std::any_of(all.begin(), it, [&](const auto& c) { return c.name.view() == name; });
    if (text::is_capability_name(name) && !reported_before) out.add(it->on ? 1 : 0, {name});
  }
}

void in_flight(const P& p, Out& out) {
  if (p.link.serial_open) out.add(static_cast<double>(p.link.commands_in_flight));
}

void state(const P& p, Out& out) { out.add_states(std::optional(p.state), kStateWords); }

// One row per family, on one or two lines.
// clang-format off
constexpr FamilyRow<AgentSource> kAgentFamilies[] = {
    {"marlin_agent_build_info", kGauge, {"version", "revision", "compiler"}, "Version of the agent; the value is always 1.",
     [](const A& a, Out& out) { out.add(1, {a.build.version, a.build.revision, a.build.compiler}); }},
    {"process_cpu_seconds_total", kCounter, {}, "Total user and system CPU time spent in seconds.",
     [](const A& a, Out& out) { add_known(a.process.cpu_seconds, out); }},
    {"process_resident_memory_bytes", kGauge, {}, "Resident memory size in bytes.",
     [](const A& a, Out& out) { add_known(a.process.resident_bytes, out); }},
    {"process_virtual_memory_bytes", kGauge, {}, "Virtual memory size in bytes.",
     [](const A& a, Out& out) { add_known(a.process.virtual_bytes, out); }},
    {"process_open_fds", kGauge, {}, "Number of open file descriptors.",
     [](const A& a, Out& out) { add_known(a.process.open_fds, out); }},
    {"process_max_fds", kGauge, {}, "Maximum number of open file descriptors.",
     [](const A& a, Out& out) { add_known(a.process.max_fds, out); }},
    {"process_threads", kGauge, {}, "Number of OS threads in the process.",
     [](const A& a, Out& out) { add_known(a.process.threads, out); }},
    {"process_start_time_seconds", kGauge, {}, "Start time of the process since unix epoch in seconds.",
     [](const A& a, Out& out) { add_known(a.process.start_unix_seconds, out); }},
    {"marlin_agent_scrape_duration_seconds", kGauge, {}, "Time taken to collect and render the previous scrape.", last_scrape},
    {"marlin_agent_scrapes_total", kCounter, {"code"}, "HTTP requests to the metrics endpoint by status code.", scrapes},
    {"marlin_agent_http_refusals_total", kCounter, {"code"}, "HTTP requests refused as malformed, unknown, too large or too slow, by status code.", refusals},
    {"marlin_agent_http_dropped_connections_total", kCounter, {}, "HTTP connections closed in favour of newer ones.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.web.dropped_connections())); }},
    {"marlin_agent_http_failed_logins_total", kCounter, {}, "HTTP requests with a wrong name or password.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.web.failed_logins())); }},
    {"marlin_agent_event_loop_lag_seconds", kHistogram, {}, "Delay between the due time and the run time of a 100 ms timer on the I/O thread.",
     [](const A& a, Out& out) { out.add_histogram(a.snapshot.event_loop_lag, snapshot::kLagBounds); }},
    {"marlin_agent_log_messages_total", kCounter, {"level"}, "Messages logged, by level.",
     [](const A& a, Out& out) {
       out.add(static_cast<double>(a.log.warnings.load(std::memory_order_relaxed)), {"warning"});
       out.add(static_cast<double>(a.log.errors.load(std::memory_order_relaxed)), {"error"});
     }},
    {"marlin_agent_config_last_reload_successful", kGauge, {}, "Whether the last read of the configuration succeeded (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.snapshot.last_reload_successful ? 1 : 0); }},
    {"marlin_agent_config_last_reload_success_timestamp_seconds", kGauge, {}, "Unix time of the last successful read of the configuration.", last_reload},
    {"marlin_agent_config_pending", kGauge, {}, "Whether a configuration change is deferred until the end of a print (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.snapshot.pending_changes.empty() ? 0 : 1); }},
    {"marlin_agent_store_working", kGauge, {}, "Whether the last write of the print history succeeded (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.store.works ? 1 : 0); }},
    {"marlin_agent_store_writes_total", kCounter, {}, "Writes of the print history to the disk.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.store.writes)); }},
    {"marlin_agent_store_errors_total", kCounter, {}, "Failed attempts to open or write the print history.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.store.errors)); }},
};

constexpr FamilyRow<PrinterSource> kPrinterFamilies[] = {
    {"marlin_up", kGauge, {}, "Whether the printer answered on its serial line within the liveness window (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.up ? 1 : 0); }},
    {"marlin_serial_open", kGauge, {}, "Whether the serial device is open (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.link.serial_open ? 1 : 0); }},
    {"marlin_serial_released", kGauge, {}, "Whether the serial device is released by the release command (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.link.released ? 1 : 0); }},
    {"marlin_printer_info", kGauge, {"machine_type", "firmware", "protocol", "serial_number", "usb_id"}, "Identity of the printer from M115, PRUSA SN and USB; the value is always 1.", printer_info},
    {"marlin_capability", kGauge, {"capability"}, "Capability announced by the printer in M115 (Cap:NAME:0|1).", capabilities},
    {"marlin_serial_speed_baud", kGauge, {}, "Configured line speed.",
     [](const P& p, Out& out) { out.add(p.link.baud); }},
    {"marlin_serial_last_receive_timestamp_seconds", kGauge, {}, "Unix time of the last byte received from the printer.", last_receive},
    {"marlin_serial_connects_total", kCounter, {}, "Times the serial device was opened.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.serial_connects)); }},
    {"marlin_serial_disconnects_total", kCounter, {"reason"}, "Times the serial device was lost or closed, by reason.",
     [](const P& p, Out& out) { out.add_each(p.link.serial_disconnects, kDisconnectWords); }},
    {"marlin_serial_receive_bytes_total", kCounter, {}, "Bytes received from the printer.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.receive_bytes)); }},
    {"marlin_serial_transmit_bytes_total", kCounter, {"origin"}, "Bytes written to the printer, by origin.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.transmit_bytes, kOriginWords); }},
    {"marlin_serial_receive_lines_total", kCounter, {"class"}, "Lines received from the printer, by class.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.receive_lines, kLineClassWords); }},
    {"marlin_commands_total", kCounter, {"origin"}, "Commands written to the printer, by origin.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.commands, kOriginWords); }},
    {"marlin_commands_in_flight", kGauge, {}, "Commands written and not yet acknowledged with ok.", in_flight},
    {"marlin_ok_latency_seconds", kHistogram, {"kind"}, "Time from the last byte of a command to the ok that acknowledges it, by kind of command.",
     [](const P& p, Out& out) { add_histograms(p.link.counters.ok_latency, gcode::printer::kOkLatencyBounds, kLatencyWords, out); }},
    {"marlin_unexpected_oks_total", kCounter, {}, "Acknowledgements received while no command was outstanding; they were passed to the host.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.unexpected_oks)); }},
    {"marlin_missing_oks_total", kCounter, {}, "Commands whose ok never came, as shown by later answers.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.missing_oks)); }},
    {"marlin_query_duration_seconds", kGauge, {"query"}, "Round trip of the last completed query sent by the agent itself.", query_durations},
    {"marlin_queries_total", kCounter, {"query", "outcome"}, "Queries sent by the agent itself, by outcome.", queries},
    {"marlin_queries_deferred_total", kCounter, {"reason"}, "Queries the agent deferred to avoid disturbing the printer or the host, by reason.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.queries_deferred, kDeferWords); }},
    {"marlin_resends_total", kCounter, {"reason"}, "Resends the printer requested, by the error it reported.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.resends, kResendWords); }},
    {"marlin_receive_buffer_overflows_total", kCounter, {}, "Times the printer reported that its receive buffer was full.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.receive_buffer_overflows)); }},
    {"marlin_rejected_commands_total", kCounter, {"reason"}, "Commands that the printer did not recognise or refused.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.rejected_commands, kRejectWords); }},
    {"marlin_unparsed_lines_total", kCounter, {}, "Lines received that no parser recognised.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.unparsed_lines)); }},
    {"marlin_busy", kGauge, {"reason"}, "Whether the printer reports that it is busy, by reason.", busy},
    {"marlin_busy_seconds_total", kCounter, {"reason"}, "Time the printer reported that it was busy, by reason.",
     [](const P& p, Out& out) { add_seconds(p.link.counters.busy_time, kBusyWords, out); }},
    {"marlin_starved_seconds_total", kCounter, {}, "Time while printing with no command in flight. A host that sends one line after each ok causes it too, without harm.",
     [](const P& p, Out& out) { out.add(in_seconds(p.link.counters.starved)); }},
    {"marlin_stalls_total", kCounter, {}, "Times the host sent nothing for more than 1 s while printing with no command in flight.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.stalls)); }},
    {"marlin_resets_total", kCounter, {"cause"}, "Restarts of the printer seen on the line, by the cause it reported.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.resets, kResetWords); }},
    {"marlin_temperature_celsius", kGauge, {"sensor"}, "Last temperature the printer reported.", sensors<&SensorReading::celsius>},
    {"marlin_temperature_target_celsius", kGauge, {"sensor"}, "Target temperature: as the printer reports it, otherwise as a host set it.", sensors<&SensorReading::target_celsius>},
    {"marlin_heater_duty_ratio", kGauge, {"sensor"}, "Heater power the printer reported, from 0 to 1.", sensors<&SensorReading::duty_ratio>},
    {"marlin_temperature_last_report_timestamp_seconds", kGauge, {}, "Unix time of the last temperature report.", reading<&Readings::temperature_report_unix_seconds>},
    {"marlin_fan_speed_rpm", kGauge, {"fan"}, "Fan speed the printer measured.", fans<&FanReading::rpm>},
    {"marlin_fan_duty_ratio", kGauge, {"fan"}, "Fan power from 0 to 1: as the printer reports it, otherwise as a host set it.", fans<&FanReading::duty_ratio>},
    {"marlin_errors_total", kCounter, {"kind"}, "Error conditions the printer reported, by kind.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.errors, kErrorWords); }},
    {"marlin_axis_position_meters", kGauge, {"axis"}, "Last position the printer reported.", positions},
    {"marlin_travel_meters_total", kCounter, {"axis"}, "Travel commanded through this line, by axis.", scenario::travel},
    {"marlin_extruded_meters_total", kCounter, {}, "Filament extruded by commands through this line.", scenario::extruded},
    {"marlin_feedrate_ratio", kGauge, {}, "Speed override (M220), 1 is 100 %; unknown while a file from the card may change it.", reading<&Readings::feedrate_ratio>},
    {"marlin_flow_ratio", kGauge, {}, "Flow override (M221), 1 is 100 %; unknown while a file from the card may change it.", reading<&Readings::flow_ratio>},
    {"marlin_nozzle_diameter_meters", kGauge, {}, "Nozzle diameter set in the printer (M862.1 Q).", reading<&Readings::nozzle_diameter_meters>},
    {"marlin_state", kGauge, {"state"}, "State of the printer: 1 for the current state and 0 for each of the others.", state},
    {"marlin_state_seconds_total", kCounter, {"state"}, "Time the printer has been in each state.",
     [](const P& p, Out& out) { add_seconds(p.link.state_time, kStateWords, out); }},
    {"marlin_print_job_info", kGauge, {"print_id", "file", "source"}, "The current print job; the value is always 1 and the series is absent when no job is known.", scenario::job_info},
    {"marlin_print_progress_ratio", kGauge, {"estimator"}, "Progress of the current print from 0 to 1, by estimator.", progress},
    {"marlin_print_remaining_seconds", kGauge, {}, "Remaining print time reported by the printer (M73).", reading<&Readings::remaining_seconds>},
    {"marlin_print_change_remaining_seconds", kGauge, {}, "Time to the next filament change or pause, reported by the printer (M73).", reading<&Readings::change_remaining_seconds>},
    {"marlin_print_elapsed_seconds", kGauge, {}, "Time since the current print began, without pauses.", scenario::job_elapsed},
    {"marlin_print_start_timestamp_seconds", kGauge, {}, "Unix time at which the current print began.", scenario::job_start},
    {"marlin_print_position_bytes", kGauge, {}, "Position in the file being printed from SD (M27).", reading<&Readings::sd_position_bytes>},
    {"marlin_print_size_bytes", kGauge, {}, "Size of the file being printed from SD (M27).", reading<&Readings::sd_size_bytes>},
    {"marlin_prints_total", kCounter, {"result"}, "Prints ended, by result.", scenario::prints, true},
    {"marlin_prints_started_total", kCounter, {}, "Prints started.", scenario::prints_started, true},
    {"marlin_recorded_print_seconds_total", kCounter, {}, "Print time of all prints in the agent's history, without pauses; kept over restarts.", scenario::recorded_seconds, true},
    {"marlin_recorded_filament_meters_total", kCounter, {}, "Filament of all prints in the agent's history; kept over restarts.", scenario::recorded_filament, true},
    {"marlin_host_actions_total", kCounter, {"action"}, "//action: requests from the printer, by action.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.host_actions, kActionWords); }},
    {"marlin_filament_runouts_total", kCounter, {}, "Filament run-outs seen on the line.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.filament_runouts)); }},
    {"marlin_crashes_total", kCounter, {"axis"}, "Crashes the printer detected, seen on the line, by axis.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.crashes, kCrashWords); }},
    {"marlin_power_panics_total", kCounter, {}, "Power failures the printer announced (INT4).",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.power_panics)); }},
    {"marlin_agent_survivable", kGauge, {}, "Whether the serial line outlives the agent's process (1) or not (0): the service manager keeps its descriptors.",
     [](const P& p, Out& out) { out.add(p.link.survives ? 1 : 0); }},
    {"marlin_host_connected", kGauge, {}, "Whether host software has the host port open (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.link.host_connected ? 1 : 0); }},
    {"marlin_host_programs", kGauge, {}, "Programs that have the host port open: of several, each reads only a part of the printer's lines.",
     [](const P& p, Out& out) { out.add(p.link.hosts); }},
    {"marlin_host_connects_total", kCounter, {}, "Times host software opened the host port.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_connects)); }},
    {"marlin_host_receive_bytes_total", kCounter, {}, "Bytes received from host software.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_receive_bytes)); }},
    {"marlin_host_transmit_bytes_total", kCounter, {}, "Bytes passed to host software.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_transmit_bytes)); }},
    {"marlin_host_withheld_lines_total", kCounter, {}, "Printer replies to the agent that were withheld from host software.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_withheld_lines)); }},
    {"marlin_host_dropped_lines_total", kCounter, {}, "Printer lines dropped because host software did not read and its backlog was full.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_dropped_lines)); }},
    {"marlin_host_unattended_lines_total", kCounter, {}, "Printer lines received while no host software was connected.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.unattended_lines)); }},
    {"marlin_passthrough_latency_seconds", kHistogram, {"direction"}, "Time a byte spends inside the agent, by direction.",
     [](const P& p, Out& out) { add_histograms(p.link.counters.passthrough, gcode::printer::kPassthroughBounds, kDirectionWords, out); }},
    {"marlin_recorded_bytes_total", kCounter, {}, "Bytes written to the recording of the line.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.recorded_bytes)); }},
    {"marlin_lifetime_print_seconds_total", kCounter, {}, "Print time counted by the printer over its lifetime (M78).", scenario::lifetime_print, true},
    {"marlin_lifetime_filament_meters_total", kCounter, {}, "Filament counted by the printer over its lifetime (M78).", scenario::lifetime_filament, true},
    {"marlin_lifetime_crashes_total", kCounter, {"axis"}, "Crashes counted by the printer over its lifetime, by axis (D3).", scenario::lifetime_crashes, true},
    {"marlin_lifetime_filament_runouts_total", kCounter, {}, "Filament sensor errors counted by the printer over its lifetime (D3).", scenario::lifetime_runouts, true},
    {"marlin_lifetime_power_failures_total", kCounter, {}, "Power failures counted by the printer over its lifetime (D3).", scenario::lifetime_power_failures, true},
    {"marlin_lifetime_mmu_failures_total", kCounter, {"kind"}, "MMU failures counted by the printer over its lifetime, by kind (D3).", scenario::lifetime_mmu_failures, true},
    {"marlin_lifetime_tool_changes_total", kCounter, {}, "MMU tool changes counted by the printer over its lifetime (D3).", scenario::lifetime_tool_changes, true},
    {"marlin_mmu_info", kGauge, {"version"}, "Version of the MMU; the value is always 1.", scenario::mmu_info},
    {"marlin_mmu_slot", kGauge, {}, "Loaded slot, or -1.", scenario::mmu_slot},
    {"marlin_mmu_state", kGauge, {"state"}, "State of the MMU: 1 for the current state and 0 for each of the others.", scenario::mmu_state},
    {"marlin_mmu_errors_total", kCounter, {"code"}, "MMU errors reported on the line, by code.", scenario::mmu_errors},
    {"marlin_mmu_tool_changes_total", kCounter, {}, "Tool changes seen on the line.", scenario::mmu_tool_changes},
};
// clang-format on

}  // namespace

std::span<const FamilyRow<AgentSource>> agent_families() { return kAgentFamilies; }
std::span<const FamilyRow<PrinterSource>> printer_families() { return kPrinterFamilies; }

}  // namespace agent::metrics
