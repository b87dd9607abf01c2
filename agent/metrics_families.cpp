#include "agent/metrics_families.h"

#include <algorithm>
#include <chrono>

#include "agent/metrics_labels.h"
#include "agent/metrics_readings.h"
#include "agent/metrics_story.h"
#include "agent/metrics_text.h"

namespace agent {
namespace {

constexpr auto kCounter = prometheus::MetricType::Counter;
constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kHistogram = prometheus::MetricType::Histogram;

using A = AgentSource;
using P = PrinterSource;
using Out = SeriesWriter;

double seconds(gcode::Time time) { return std::chrono::duration<double>(time).count(); }

template <class Number>
void add_known(const std::optional<Number>& value, Out& out) {
  if (value) out.add(static_cast<double>(*value));
}

template <class Enum>
void add_seconds(const gcode::EnumArray<Enum, gcode::Time>& times, const gcode::Words<Enum>& words, Out& out) {
  for (const Enum at : gcode::kValuesOf<Enum>) out.add(seconds(times[at]), {words[at]});
}

template <class Enum, std::size_t N>
void add_histograms(const gcode::EnumArray<Enum, gcode::Histogram<N>>& histograms, const std::array<double, N>& bounds,
                    const gcode::Words<Enum>& words, Out& out) {
  for (const Enum at : gcode::kValuesOf<Enum>) out.add_histogram(histograms[at], bounds, {words[at]});
}

void scrapes(const A& a, Out& out) {
  for (std::size_t i = 0; i < kScrapeCodes.size(); ++i) {
    out.add(static_cast<double>(a.web.scrapes(i)), {std::to_string(kScrapeCodes[i])});
  }
}

void refusals(const A& a, Out& out) {
  for (std::size_t i = 0; i < kRefusalCodes.size(); ++i) {
    out.add(static_cast<double>(a.web.refusals(i)), {std::to_string(kRefusalCodes[i])});
  }
}

void last_scrape(const A& a, Out& out) {
  if (a.web.last_scrape_seconds() >= 0) out.add(a.web.last_scrape_seconds());
}

void last_reload(const A& a, Out& out) {
  if (a.snapshot.last_reload_success_unix_seconds > 0) out.add(a.snapshot.last_reload_success_unix_seconds);
}

void last_receive(const P& p, Out& out) {
  if (p.link.last_receive != gcode::Time{}) out.add(seconds(p.link.last_receive + p.link.wall_offset));
}

void query_durations(const P& p, Out& out) {
  if (!p.up) return;
  const auto& durations = p.link.counters.query_duration;
  for (const gcode::Query query : gcode::kValuesOf<gcode::Query>) {
    if (durations[query] != gcode::Time{}) out.add(seconds(durations[query]), {kQueryWords[query]});
  }
}

void queries(const P& p, Out& out) {
  for (const gcode::Query query : gcode::kValuesOf<gcode::Query>) {
    for (const gcode::QueryOutcome outcome : gcode::kValuesOf<gcode::QueryOutcome>) {
      out.add(static_cast<double>(p.link.counters.queries[query][outcome]),
              {kQueryWords[query], kOutcomeWords[outcome]});
    }
  }
}

void in_flight(const P& p, Out& out) {
  if (p.link.serial_open) out.add(static_cast<double>(p.link.commands_in_flight));
}

void state(const P& p, Out& out) { out.add_states(std::optional(p.state), kStateWords); }

// A row is read across.
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
    {"marlin_agent_http_refusals_total", kCounter, {"code"}, "HTTP requests turned away as malformed, unknown, too large or too slow, by status code.", refusals},
    {"marlin_agent_http_dropped_connections_total", kCounter, {}, "HTTP connections closed to make room for newer ones.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.web.dropped_connections())); }},
    {"marlin_agent_http_failed_logins_total", kCounter, {}, "HTTP requests that came with a wrong name or password.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.web.failed_logins())); }},
    {"marlin_agent_event_loop_lag_seconds", kHistogram, {}, "Delay between the due time and the run time of a 100 ms timer on the I/O thread.",
     [](const A& a, Out& out) { out.add_histogram(a.snapshot.event_loop_lag, kLagBounds); }},
    {"marlin_agent_log_messages_total", kCounter, {"level"}, "Messages logged, by level.",
     [](const A& a, Out& out) {
       out.add(static_cast<double>(a.log.warnings.load(std::memory_order_relaxed)), {"warning"});
       out.add(static_cast<double>(a.log.errors.load(std::memory_order_relaxed)), {"error"});
     }},
    {"marlin_agent_config_last_reload_successful", kGauge, {}, "Whether the last read of the configuration succeeded (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.snapshot.last_reload_successful ? 1 : 0); }},
    {"marlin_agent_config_last_reload_success_timestamp_seconds", kGauge, {}, "Unix time of the last successful read of the configuration.", last_reload},
    {"marlin_agent_config_pending", kGauge, {}, "Whether a change of the configuration waits for the end of a print (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.snapshot.pending_changes.empty() ? 0 : 1); }},
    {"marlin_agent_store_working", kGauge, {}, "Whether the history of prints could be written the last time (1) or not (0).",
     [](const A& a, Out& out) { out.add(a.store.works ? 1 : 0); }},
    {"marlin_agent_store_writes_total", kCounter, {}, "Writes of the history of prints to the disk.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.store.writes)); }},
    {"marlin_agent_store_errors_total", kCounter, {}, "Failed attempts to open or write the history of prints.",
     [](const A& a, Out& out) { out.add(static_cast<double>(a.store.errors)); }},
};

constexpr FamilyRow<PrinterSource> kPrinterFamilies[] = {
    {"marlin_up", kGauge, {}, "Whether the printer answered on its serial line within the liveness window (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.up ? 1 : 0); }},
    {"marlin_serial_open", kGauge, {}, "Whether the serial device is open (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.link.serial_open ? 1 : 0); }},
    {"marlin_serial_released", kGauge, {}, "Whether the serial device is handed over by the release command (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.link.released ? 1 : 0); }},
    {"marlin_printer_info", kGauge, {"machine_type", "firmware", "protocol", "serial_number", "usb_id"}, "Identity of the printer from M115, PRUSA SN and USB; the value is always 1.", readings::printer_info},
    {"marlin_capability", kGauge, {"capability"}, "Capability announced by the printer in M115 (Cap:NAME:0|1).", readings::capabilities},
    {"marlin_serial_speed_baud", kGauge, {}, "Configured line speed.",
     [](const P& p, Out& out) { out.add(p.link.baud); }},
    {"marlin_serial_last_receive_timestamp_seconds", kGauge, {}, "Unix time of the last byte received from the printer.", last_receive},
    {"marlin_serial_connects_total", kCounter, {}, "Times the serial device was opened.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.serial_connects)); }},
    {"marlin_serial_disconnects_total", kCounter, {"reason"}, "Times the serial device was lost or closed, by reason.",
     [](const P& p, Out& out) { out.add_each(p.link.serial_disconnects, kDisconnectWords); }},
    {"marlin_serial_receive_bytes_total", kCounter, {}, "Bytes received from the printer.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.receive_bytes)); }},
    {"marlin_serial_transmit_bytes_total", kCounter, {"origin"}, "Bytes written to the printer, by who caused them.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.transmit_bytes, kOriginWords); }},
    {"marlin_serial_receive_lines_total", kCounter, {"class"}, "Lines received from the printer, by class.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.receive_lines, kLineClassWords); }},
    {"marlin_commands_total", kCounter, {"origin"}, "Commands written to the printer, by who caused them.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.commands, kOriginWords); }},
    {"marlin_commands_in_flight", kGauge, {}, "Commands written and not yet acknowledged with ok.", in_flight},
    {"marlin_ok_latency_seconds", kHistogram, {"kind"}, "Time from the last byte of a command to the ok that acknowledges it, by kind of command.",
     [](const P& p, Out& out) { add_histograms(p.link.counters.ok_latency, gcode::kOkLatencyBounds, kLatencyWords, out); }},
    {"marlin_unexpected_oks_total", kCounter, {}, "Acknowledgements received while no command was outstanding; they were passed on.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.unexpected_oks)); }},
    {"marlin_missing_oks_total", kCounter, {}, "Commands whose ok never came, as later answers proved.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.missing_oks)); }},
    {"marlin_query_duration_seconds", kGauge, {"query"}, "Round trip of the last completed query made by the agent itself.", query_durations},
    {"marlin_queries_total", kCounter, {"query", "outcome"}, "Queries made by the agent itself, by outcome.", queries},
    {"marlin_queries_deferred_total", kCounter, {"reason"}, "Queries the agent held back so as not to disturb the printer or the host, by reason.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.queries_deferred, kDeferWords); }},
    {"marlin_resends_total", kCounter, {"reason"}, "Lines the printer asked to have sent again, by the error it gave.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.resends, kResendWords); }},
    {"marlin_receive_buffer_overflows_total", kCounter, {}, "Times the printer said its receive buffer was full.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.receive_buffer_overflows)); }},
    {"marlin_rejected_commands_total", kCounter, {"reason"}, "Commands the printer did not know or refused.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.rejected_commands, kRejectWords); }},
    {"marlin_unparsed_lines_total", kCounter, {}, "Lines received that no parser knew.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.unparsed_lines)); }},
    {"marlin_busy", kGauge, {"reason"}, "Whether the printer is saying it is busy, by its reason.", readings::busy},
    {"marlin_busy_seconds_total", kCounter, {"reason"}, "Time the printer said it was busy, by its reason.",
     [](const P& p, Out& out) { add_seconds(p.link.counters.busy_time, kBusyWords, out); }},
    {"marlin_starved_seconds_total", kCounter, {}, "Time while printing with no command in flight. A host that sends one line after each ok causes it too, without harm.",
     [](const P& p, Out& out) { out.add(seconds(p.link.counters.starved)); }},
    {"marlin_stalls_total", kCounter, {}, "Times the host sent nothing for more than 1 s while printing with no command in flight.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.stalls)); }},
    {"marlin_resets_total", kCounter, {"cause"}, "Restarts of the printer seen on the line, by the cause it gave.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.resets, kResetWords); }},
    {"marlin_temperature_celsius", kGauge, {"sensor"}, "Last temperature the printer reported.", readings::temperatures},
    {"marlin_temperature_target_celsius", kGauge, {"sensor"}, "Last target temperature the printer reported.", readings::targets},
    {"marlin_heater_duty_ratio", kGauge, {"sensor"}, "Heater power the printer reported, from 0 to 1.", readings::duties},
    {"marlin_temperature_last_report_timestamp_seconds", kGauge, {}, "Unix time of the last temperature report.", readings::temperature_report},
    {"marlin_fan_speed_rpm", kGauge, {"fan"}, "Fan speed the printer measured.", readings::fan_speeds},
    {"marlin_fan_duty_ratio", kGauge, {"fan"}, "Fan power the printer reported, from 0 to 1.", readings::fan_duties},
    {"marlin_errors_total", kCounter, {"kind"}, "Error conditions the printer reported, by kind.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.errors, kErrorWords); }},
    {"marlin_axis_position_meters", kGauge, {"axis"}, "Last position the printer reported.", readings::positions},
    {"marlin_travel_meters_total", kCounter, {"axis"}, "Travel commanded through this line, by axis.", story::travel},
    {"marlin_extruded_meters_total", kCounter, {}, "Filament pushed by commands through this line.", story::extruded},
    {"marlin_feedrate_ratio", kGauge, {}, "Speed override (M220), 1 is 100 %.", readings::feedrate},
    {"marlin_flow_ratio", kGauge, {}, "Flow override (M221), 1 is 100 %.", readings::flow},
    {"marlin_nozzle_diameter_meters", kGauge, {}, "Nozzle diameter set in the printer (M862.1 Q).", readings::nozzle_diameter},
    {"marlin_state", kGauge, {"state"}, "State of the printer: 1 for the current state and 0 for each of the others.", state},
    {"marlin_state_seconds_total", kCounter, {"state"}, "Time the printer has been in each state.",
     [](const P& p, Out& out) { add_seconds(p.link.state_time, kStateWords, out); }},
    {"marlin_print_job_info", kGauge, {"print_id", "file", "source"}, "The job now known; the value is always 1 and the series is absent when no job is known.", story::job_info},
    {"marlin_print_progress_ratio", kGauge, {"estimator"}, "Progress of the current print from 0 to 1, by estimator.", readings::progress},
    {"marlin_print_remaining_seconds", kGauge, {}, "Remaining print time by the printer (M73).", readings::remaining},
    {"marlin_print_change_remaining_seconds", kGauge, {}, "Time to the next filament change or pause by the printer (M73).", readings::change_remaining},
    {"marlin_print_elapsed_seconds", kGauge, {}, "Time since the current print began, pauses left out.", story::job_elapsed},
    {"marlin_print_start_timestamp_seconds", kGauge, {}, "Unix time at which the current print began.", story::job_start},
    {"marlin_print_position_bytes", kGauge, {}, "Position in the file being printed from SD (M27).", readings::sd_position},
    {"marlin_print_size_bytes", kGauge, {}, "Size of the file being printed from SD (M27).", readings::sd_size},
    {"marlin_prints_total", kCounter, {"result"}, "Prints ended, by result.", story::prints, true},
    {"marlin_prints_started_total", kCounter, {}, "Prints begun.", story::prints_started, true},
    {"marlin_recorded_print_seconds_total", kCounter, {}, "Print time of all prints in the agent's history, pauses left out; kept over restarts.", story::recorded_seconds, true},
    {"marlin_recorded_filament_meters_total", kCounter, {}, "Filament of all prints in the agent's history; kept over restarts.", story::recorded_filament, true},
    {"marlin_host_actions_total", kCounter, {"action"}, "//action: requests from the printer, by action.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.host_actions, kActionWords); }},
    {"marlin_filament_runouts_total", kCounter, {}, "Filament run-outs seen on the line.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.filament_runouts)); }},
    {"marlin_crashes_total", kCounter, {"axis"}, "Crashes the printer detected, seen on the line, by axis.",
     [](const P& p, Out& out) { out.add_each(p.link.counters.crashes, kCrashWords); }},
    {"marlin_power_panics_total", kCounter, {}, "Power failures the printer announced (INT4).",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.power_panics)); }},
    {"marlin_agent_survivable", kGauge, {}, "Whether the line outlives the agent's process (1): the service manager keeps its descriptors.",
     [](const P& p, Out& out) { out.add(p.link.survives ? 1 : 0); }},
    {"marlin_host_connected", kGauge, {}, "Whether host software holds the virtual port open (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.link.host_connected ? 1 : 0); }},
    {"marlin_host_connects_total", kCounter, {}, "Times host software opened the virtual port.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_connects)); }},
    {"marlin_host_receive_bytes_total", kCounter, {}, "Bytes received from host software.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_receive_bytes)); }},
    {"marlin_host_transmit_bytes_total", kCounter, {}, "Bytes passed to host software.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_transmit_bytes)); }},
    {"marlin_host_withheld_lines_total", kCounter, {}, "Printer replies to the agent that were kept from host software.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_withheld_lines)); }},
    {"marlin_host_dropped_lines_total", kCounter, {}, "Printer lines dropped because host software did not read and its backlog was full.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.host_dropped_lines)); }},
    {"marlin_host_unattended_lines_total", kCounter, {}, "Printer lines that came while no host software was there to take them.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.counters.unattended_lines)); }},
    {"marlin_passthrough_latency_seconds", kHistogram, {"direction"}, "Time a byte spends inside the agent, by direction.",
     [](const P& p, Out& out) { add_histograms(p.link.counters.passthrough, gcode::kPassthroughBounds, kDirectionWords, out); }},
    {"marlin_recorded_bytes_total", kCounter, {}, "Bytes written to the recording of the line.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.recorded_bytes)); }},
    {"marlin_lifetime_print_seconds_total", kCounter, {}, "Print time counted by the printer over its life (M78).", story::lifetime_print, true},
    {"marlin_lifetime_filament_meters_total", kCounter, {}, "Filament counted by the printer over its life (M78).", story::lifetime_filament, true},
    {"marlin_lifetime_crashes_total", kCounter, {"axis"}, "Crashes counted by the printer over its life, by axis (D3).", story::lifetime_crashes, true},
    {"marlin_lifetime_filament_runouts_total", kCounter, {}, "Filament sensor errors counted by the printer over its life (D3).", story::lifetime_runouts, true},
    {"marlin_lifetime_power_failures_total", kCounter, {}, "Power failures counted by the printer over its life (D3).", story::lifetime_power_failures, true},
    {"marlin_lifetime_mmu_failures_total", kCounter, {"kind"}, "MMU failures counted by the printer over its life, by kind (D3).", story::lifetime_mmu_failures, true},
    {"marlin_lifetime_tool_changes_total", kCounter, {}, "MMU tool changes counted by the printer over its life (D3).", story::lifetime_tool_changes, true},
    {"marlin_mmu_info", kGauge, {"version"}, "Version of the MMU; the value is always 1.", story::mmu_info},
    {"marlin_mmu_slot", kGauge, {}, "Slot now loaded, or -1.", story::mmu_slot},
    {"marlin_mmu_state", kGauge, {"state"}, "State of the MMU: 1 for the current state and 0 for each of the others.", story::mmu_state},
    {"marlin_mmu_errors_total", kCounter, {"code"}, "MMU errors reported on the line, by code.", story::mmu_errors},
    {"marlin_mmu_tool_changes_total", kCounter, {}, "Tool changes seen on the line.", story::mmu_tool_changes},
};
// clang-format on

}  // namespace

PrinterSource printer_source(const LinkSnapshot& link, gcode::Time now) {
  now = std::max(now, link.taken_at);
  const bool up = link.serial_open && link.printer.is_up(now);
  return {.link = link,
          .name = clean_text(link.name),
          .now = now,
          .up = up,
          .state = link.printer.state(now),
          .totals = {},
          .print_id = 0};
}

std::span<const FamilyRow<AgentSource>> agent_families() { return kAgentFamilies; }
std::span<const FamilyRow<PrinterSource>> printer_families() { return kPrinterFamilies; }

}  // namespace agent
