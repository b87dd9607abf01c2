#include "agent/metrics/metrics_families.h"

#include <algorithm>
#include <cstdio>

#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"

namespace agent::metrics {
namespace {

using gcode::line::in_seconds;

constexpr auto kCounter = prometheus::MetricType::Counter;
constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kHistogram = prometheus::MetricType::Histogram;

using P = PrinterSource;
using Link = snapshot::LinkSnapshot;
using Counters = gcode::printer::LinkCounters;
using Out = SeriesWriter;

template <class Enum>
void add_seconds(const gcode::line::EnumArray<Enum, gcode::line::Time>& times, const gcode::line::Words<Enum>& words,
                 Out& out) {
  for (const Enum at : gcode::line::kValuesOf<Enum>) out.add(in_seconds(times[at]), {words[at]});
}

template <auto Field>
void of_link(const P& p, Out& out) {
  out.add(static_cast<double>(p.link.*Field));
}

template <auto Field>
void count(const P& p, Out& out) {
  out.add(static_cast<double>(p.link.counters.*Field));
}

template <auto Field, const auto& kWords>
void counts(const P& p, Out& out) {
  out.add_each(p.link.counters.*Field, kWords);
}

template <auto Field, const auto& kBounds, const auto& kWords>
void histograms(const P& p, Out& out) {
  const auto& all = p.link.counters.*Field;
  for (std::size_t i = 0; i < all.size(); ++i) out.add_histogram(all.begin()[i], kBounds, {kWords.begin()[i]});
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
  out.add_known(p.readings.*Field);
}

template <auto Field>
void sensors(const P& p, Out& out) {
  for (const auto& sensor : p.readings.sensors) out.add_known(sensor.*Field, {sensor.word});
}

template <auto Field>
void fans(const P& p, Out& out) {
  for (std::size_t i = 0; i < kFanWords.size(); ++i) out.add_known(p.readings.fans[i].*Field, {kFanWords[i]});
}

void positions(const P& p, Out& out) {
  for (std::size_t i = 0; i < kAxisWords.size(); ++i) out.add_known(p.readings.position_meters[i], {kAxisWords[i]});
}

void progress(const P& p, Out& out) {
  out.add_known(p.readings.m73_ratio, {"m73"});
  out.add_known(p.readings.sd_ratio, {"bytes"});
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

// --- prints

// Example: marlin_print_job_info{printer="mk3",print_id="42",file="BENCHY~1.GCO",source="sd"} 1
void job_info(const P& p, Out& out) {
  if (!p.link.prints.is_printing() || p.print_id == 0) return;
  const gcode::printer::PrintJob job = p.link.prints.current();
  out.add(1, {std::to_string(p.print_id), text::clean_text(job.file.view()), snapshot::word_of(job.source)});
}

void job_elapsed(const P& p, Out& out) {
  if (p.link.prints.is_printing()) out.add(in_seconds(p.link.prints.current().elapsed));
}

void layer(const P& p, Out& out) {
  if (const auto* layers = layers_of(p.link)) out.add(layers->number());
}

void layer_height(const P& p, Out& out) {
  if (const auto* layers = layers_of(p.link)) out.add(text::as_written(layers->height_mm()) / 1000);
}

// The recorded instant: it stays the same, although the wall clock and the process that reads it may change.
void job_start(const P& p, Out& out) {
  if (p.link.prints.is_printing() && p.print_id != 0 && !p.link.prints.current().joined) out.add(p.print_began_unix);
}

template <auto Field>
void totals(const P& p, Out& out) {
  out.add(static_cast<double>(p.totals.*Field));
}

void prints(const P& p, Out& out) { out.add_each(p.totals.ended, kPrintResultWords); }

void travel(const P& p, Out& out) {
  const auto& travelled = p.link.prints.travel().travelled_mm();
  for (std::size_t i = 0; i < travelled.size(); ++i) out.add(travelled[i] / 1000, {kAxisWords[i]});
}

void extruded(const P& p, Out& out) { out.add(p.link.prints.travel().extruded_mm() / 1000); }

// --- the printer's own counters

template <auto Field>
void lifetime(const P& p, Out& out) {
  if (p.up) out.add_known(p.link.lifetime.*Field);
}

void lifetime_print(const P& p, Out& out) {
  if (const auto& minutes = p.link.lifetime.print_minutes; p.up && minutes) out.add(static_cast<double>(*minutes) * 60);
}

void lifetime_filament(const P& p, Out& out) {
  if (const auto& centimetres = p.link.lifetime.filament_centimetres; p.up && centimetres)
    out.add(static_cast<double>(*centimetres) * 0.01);
}

void lifetime_crashes(const P& p, Out& out) {
  if (!p.up) return;
  out.add_known(p.link.lifetime.crashes_x, {"x"});
  out.add_known(p.link.lifetime.crashes_y, {"y"});
}

void lifetime_mmu_failures(const P& p, Out& out) {
  if (!p.up) return;
  out.add_known(p.link.lifetime.mmu_failures, {"any"});
  out.add_known(p.link.lifetime.mmu_load_failures, {"load"});
}

// --- the MMU

bool has_mmu(const P& p) { return p.up && p.link.mmu.known; }

/// "3.0.1+885", as far as it was reported.
void mmu_info(const P& p, Out& out) {
  const auto& v = p.link.mmu.version;
  if (!has_mmu(p) || v[0] < 0 || v[1] < 0 || v[2] < 0) return;
  std::string text = std::to_string(v[0]) + '.' + std::to_string(v[1]) + '.' + std::to_string(v[2]);
  if (v[3] >= 0) text += '+' + std::to_string(v[3]);
  out.add(1, {text});
}

void mmu_slot(const P& p, Out& out) {
  if (has_mmu(p) && p.link.mmu.slot_known) out.add(p.link.mmu.slot);
}

void mmu_state(const P& p, Out& out) {
  if (has_mmu(p)) out.add_states(std::optional(p.link.mmu.state), kMmuStateWords);
}

// Exports only the codes that were seen, as "E8001", and the rest as "other": 21 series of zeros for printers without an
// MMU would be useless.
void mmu_errors(const P& p, Out& out) {
  const auto& errors = p.link.mmu.errors;
  for (std::size_t i = 0; i < gcode::printer::kMmuErrorCodes.size(); ++i) {
    std::array<char, 8> word{};
    std::snprintf(word.data(), word.size(), "E%04X", gcode::printer::kMmuErrorCodes[i]);
    if (errors[i] > 0) out.add(static_cast<double>(errors[i]), {word.data()});
  }
  out.add(static_cast<double>(errors.back()), {"other"});
}

// One row per family, on one or two lines.
// clang-format off
constexpr FamilyRow<PrinterSource> kPrinterFamilies[] = {
    {"marlin_up", kGauge, {}, "Whether the printer answered on its serial line within the liveness window (1) or not (0).",
     [](const P& p, Out& out) { out.add(p.up ? 1 : 0); }},
    {"marlin_serial_open", kGauge, {}, "Whether the serial device is open (1) or not (0).", of_link<&Link::serial_open>},
    {"marlin_serial_released", kGauge, {}, "Whether the serial device is released by the release command (1) or not (0).", of_link<&Link::released>},
    {"marlin_printer_info", kGauge, {"machine_type", "firmware", "protocol", "serial_number", "usb_id"}, "Identity of the printer from M115, PRUSA SN and USB; the value is always 1.", printer_info},
    {"marlin_capability", kGauge, {"capability"}, "Capability announced by the printer in M115 (Cap:NAME:0|1).", capabilities},
    {"marlin_serial_speed_baud", kGauge, {}, "Configured line speed.", of_link<&Link::baud>},
    {"marlin_serial_last_receive_timestamp_seconds", kGauge, {}, "Unix time of the last byte received from the printer.", last_receive},
    {"marlin_serial_connects_total", kCounter, {}, "Times the serial device was opened.", of_link<&Link::serial_connects>},
    {"marlin_serial_disconnects_total", kCounter, {"reason"}, "Times the serial device was lost or closed, by reason.",
     [](const P& p, Out& out) { out.add_each(p.link.serial_disconnects, kDisconnectWords); }},
    {"marlin_serial_receive_bytes_total", kCounter, {}, "Bytes received from the printer.", count<&Counters::receive_bytes>},
    {"marlin_serial_transmit_bytes_total", kCounter, {"origin"}, "Bytes written to the printer, by origin.", counts<&Counters::transmit_bytes, kOriginWords>},
    {"marlin_serial_receive_lines_total", kCounter, {"class"}, "Lines received from the printer, by class.", counts<&Counters::receive_lines, kLineClassWords>},
    {"marlin_commands_total", kCounter, {"origin"}, "Commands written to the printer, by origin.", counts<&Counters::commands, kOriginWords>},
    {"marlin_commands_in_flight", kGauge, {}, "Commands written and not yet acknowledged with ok.", in_flight},
    {"marlin_ok_latency_seconds", kHistogram, {"kind"}, "Time from the last byte of a command to the ok that acknowledges it, by kind of command.", histograms<&Counters::ok_latency, gcode::printer::kOkLatencyBounds, kLatencyWords>},
    {"marlin_unexpected_oks_total", kCounter, {}, "Acknowledgements received while no command was outstanding; they were passed to the host.", count<&Counters::unexpected_oks>},
    {"marlin_missing_oks_total", kCounter, {}, "Commands whose ok never came, as shown by later answers.", count<&Counters::missing_oks>},
    {"marlin_query_duration_seconds", kGauge, {"query"}, "Round trip of the last completed query sent by the agent itself.", query_durations},
    {"marlin_queries_total", kCounter, {"query", "outcome"}, "Queries sent by the agent itself, by outcome.", queries},
    {"marlin_queries_deferred_total", kCounter, {"reason"}, "Queries the agent deferred to avoid disturbing the printer or the host, by reason.", counts<&Counters::queries_deferred, kDeferWords>},
    {"marlin_resends_total", kCounter, {"reason"}, "Resends the printer requested, by the error it reported.", counts<&Counters::resends, kResendWords>},
    {"marlin_receive_buffer_overflows_total", kCounter, {}, "Times the printer reported that its receive buffer was full.", count<&Counters::receive_buffer_overflows>},
    {"marlin_rejected_commands_total", kCounter, {"reason"}, "Commands that the printer did not recognise or refused.", counts<&Counters::rejected_commands, kRejectWords>},
    {"marlin_unparsed_lines_total", kCounter, {}, "Lines received that no parser recognised.", count<&Counters::unparsed_lines>},
    {"marlin_busy", kGauge, {"reason"}, "Whether the printer reports that it is busy, by reason.", busy},
    {"marlin_busy_seconds_total", kCounter, {"reason"}, "Time the printer reported that it was busy, by reason.",
     [](const P& p, Out& out) { add_seconds(p.link.counters.busy_time, kBusyWords, out); }},
    {"marlin_starved_seconds_total", kCounter, {"cause"}, "Time for which the printer's planner was empty in a host's print, by cause; absent where the firmware's oks do not tell.",
     [](const P& p, Out& out) { if (p.link.counters.planner_known) add_seconds(p.link.counters.starved, kStarvedByWords, out); }},
    {"marlin_planner_underruns_total", kCounter, {"cause"}, "Times the printer's planner ran dry in a host's print, by cause; absent where the firmware's oks do not tell.",
     [](const P& p, Out& out) { if (p.link.counters.planner_known) out.add_each(p.link.counters.underruns, kStarvedByWords); }},
    {"marlin_planner_buffered_seconds", kHistogram, {}, "How long the moves in the printer's planner last, at each ok in a host's print; absent where the firmware's oks do not tell.",
     [](const P& p, Out& out) { if (p.link.counters.planner_known) out.add_histogram(p.link.counters.planner_buffered, gcode::printer::kBufferedBounds); }},
    {"marlin_stalls_total", kCounter, {}, "Times the host sent nothing for more than 1 s while printing with no command in flight.", count<&Counters::stalls>},
    {"marlin_resets_total", kCounter, {"cause"}, "Restarts of the printer seen on the line, by the cause it reported.", counts<&Counters::resets, kResetWords>},
    {"marlin_temperature_celsius", kGauge, {"sensor"}, "Last temperature the printer reported.", sensors<&SensorReading::celsius>},
    {"marlin_temperature_target_celsius", kGauge, {"sensor"}, "Target temperature: as the printer reports it, otherwise as a host set it.", sensors<&SensorReading::target_celsius>},
    {"marlin_heater_duty_ratio", kGauge, {"sensor"}, "Heater power the printer reported, from 0 to 1.", sensors<&SensorReading::duty_ratio>},
    {"marlin_temperature_last_report_timestamp_seconds", kGauge, {}, "Unix time of the last temperature report.", reading<&Readings::temperature_report_unix_seconds>},
    {"marlin_fan_speed_rpm", kGauge, {"fan"}, "Fan speed the printer measured.", fans<&FanReading::rpm>},
    {"marlin_fan_duty_ratio", kGauge, {"fan"}, "Fan power from 0 to 1: as the printer reports it, otherwise as a host set it.", fans<&FanReading::duty_ratio>},
    {"marlin_errors_total", kCounter, {"kind"}, "Error conditions the printer reported, by kind.", counts<&Counters::errors, kErrorWords>},
    {"marlin_axis_position_meters", kGauge, {"axis"}, "Last position the printer reported.", positions},
    {"marlin_travel_meters_total", kCounter, {"axis"}, "Travel commanded through this line, by axis.", travel},
    {"marlin_extruded_meters_total", kCounter, {}, "Filament extruded by commands through this line.", extruded},
    {"marlin_feedrate_ratio", kGauge, {}, "Speed override (M220), 1 is 100 %; unknown while a file from the card may change it.", reading<&Readings::feedrate_ratio>},
    {"marlin_flow_ratio", kGauge, {}, "Flow override (M221), 1 is 100 %; unknown while a file from the card may change it.", reading<&Readings::flow_ratio>},
    {"marlin_nozzle_diameter_meters", kGauge, {}, "Nozzle diameter set in the printer (M862.1 Q).", reading<&Readings::nozzle_diameter_meters>},
    {"marlin_state", kGauge, {"state"}, "State of the printer: 1 for the current state and 0 for each of the others.", state},
    {"marlin_state_seconds_total", kCounter, {"state"}, "Time the printer has been in each state.",
     [](const P& p, Out& out) { add_seconds(p.link.state_time, kStateWords, out); }},
    {"marlin_print_job_info", kGauge, {"print_id", "file", "source"}, "The current print job; the value is always 1 and the series is absent when no job is known.", job_info},
    {"marlin_print_progress_ratio", kGauge, {"estimator"}, "Progress of the current print from 0 to 1, by estimator.", progress},
    {"marlin_print_remaining_seconds", kGauge, {}, "Remaining print time reported by the printer (M73).", reading<&Readings::remaining_seconds>},
    {"marlin_print_change_remaining_seconds", kGauge, {}, "Time to the next filament change or pause, reported by the printer (M73).", reading<&Readings::change_remaining_seconds>},
    {"marlin_print_elapsed_seconds", kGauge, {}, "Time since the current print began, without pauses.", job_elapsed},
    {"marlin_print_start_timestamp_seconds", kGauge, {}, "Unix time at which the current print began.", job_start},
    {"marlin_print_layer", kGauge, {}, "Current layer of a host's print, from its moves: counted from 1 through all objects.", layer},
    {"marlin_print_layer_height_meters", kGauge, {}, "Height above the bed of the current layer of a host's print, from its moves.", layer_height},
    {"marlin_print_position_bytes", kGauge, {}, "Position in the file being printed from SD (M27).", reading<&Readings::sd_position_bytes>},
    {"marlin_print_size_bytes", kGauge, {}, "Size of the file being printed from SD (M27).", reading<&Readings::sd_size_bytes>},
    {"marlin_prints_total", kCounter, {"result"}, "Prints ended, by result.", prints, Counted::kByHistory},
    {"marlin_prints_started_total", kCounter, {}, "Prints started.", totals<&snapshot::JobTotals::started>, Counted::kByHistory},
    {"marlin_recorded_print_seconds_total", kCounter, {}, "Print time of all prints in the agent's history, without pauses; kept over restarts.", totals<&snapshot::JobTotals::print_seconds>, Counted::kByHistory},
    {"marlin_recorded_filament_meters_total", kCounter, {}, "Filament of all prints in the agent's history; kept over restarts.", totals<&snapshot::JobTotals::extruded_meters>, Counted::kByHistory},
    {"marlin_host_actions_total", kCounter, {"action"}, "//action: requests from the printer, by action.", counts<&Counters::host_actions, kActionWords>},
    {"marlin_filament_runouts_total", kCounter, {}, "Filament run-outs seen on the line.", count<&Counters::filament_runouts>},
    {"marlin_crashes_total", kCounter, {"axis"}, "Crashes the printer detected, seen on the line, by axis.", counts<&Counters::crashes, kCrashWords>},
    {"marlin_power_panics_total", kCounter, {}, "Power failures the printer announced (INT4).", count<&Counters::power_panics>},
    {"marlin_agent_survivable", kGauge, {}, "Whether the serial line outlives the agent's process (1) or not (0): the service manager keeps its descriptors.", of_link<&Link::survives>},
    {"marlin_host_connected", kGauge, {}, "Whether host software has the host port open (1) or not (0).", of_link<&Link::host_connected>},
    {"marlin_host_programs", kGauge, {}, "Programs that have the host port open: of several, each reads only a part of the printer's lines.", of_link<&Link::hosts>},
    {"marlin_host_connects_total", kCounter, {}, "Times host software opened the host port.", count<&Counters::host_connects>},
    {"marlin_host_receive_bytes_total", kCounter, {}, "Bytes received from host software.", count<&Counters::host_receive_bytes>},
    {"marlin_host_transmit_bytes_total", kCounter, {}, "Bytes passed to host software.", count<&Counters::host_transmit_bytes>},
    {"marlin_host_withheld_lines_total", kCounter, {}, "Printer replies to the agent that were withheld from host software.", count<&Counters::host_withheld_lines>},
    {"marlin_host_dropped_lines_total", kCounter, {}, "Printer lines dropped because host software did not read and its backlog was full.", count<&Counters::host_dropped_lines>},
    {"marlin_host_unattended_lines_total", kCounter, {}, "Printer lines received while no host software was connected.", count<&Counters::unattended_lines>},
    {"marlin_passthrough_latency_seconds", kHistogram, {"direction"}, "Time a byte spends inside the agent, by direction.", histograms<&Counters::passthrough, gcode::printer::kPassthroughBounds, kDirectionWords>},
    {"marlin_recorded_bytes_total", kCounter, {}, "Bytes written to the recording of the line.", of_link<&Link::recorded_bytes>},
    {"marlin_lifetime_print_seconds_total", kCounter, {}, "Print time counted by the printer over its lifetime (M78).", lifetime_print, Counted::kByPrinter},
    {"marlin_lifetime_filament_meters_total", kCounter, {}, "Filament counted by the printer over its lifetime (M78).", lifetime_filament, Counted::kByPrinter},
    {"marlin_lifetime_crashes_total", kCounter, {"axis"}, "Crashes counted by the printer over its lifetime, by axis (D3).", lifetime_crashes, Counted::kByPrinter},
    {"marlin_lifetime_filament_runouts_total", kCounter, {}, "Filament sensor errors counted by the printer over its lifetime (D3).", lifetime<&gcode::printer::Lifetime::filament_runouts>, Counted::kByPrinter},
    {"marlin_lifetime_power_failures_total", kCounter, {}, "Power failures counted by the printer over its lifetime (D3).", lifetime<&gcode::printer::Lifetime::power_failures>, Counted::kByPrinter},
    {"marlin_lifetime_mmu_failures_total", kCounter, {"kind"}, "MMU failures counted by the printer over its lifetime, by kind (D3).", lifetime_mmu_failures, Counted::kByPrinter},
    {"marlin_lifetime_tool_changes_total", kCounter, {}, "MMU tool changes counted by the printer over its lifetime (D3).", lifetime<&gcode::printer::Lifetime::tool_changes>, Counted::kByPrinter},
    {"marlin_mmu_info", kGauge, {"version"}, "Version of the MMU; the value is always 1.", mmu_info},
    {"marlin_mmu_slot", kGauge, {}, "Loaded slot, or -1.", mmu_slot},
    {"marlin_mmu_state", kGauge, {"state"}, "State of the MMU: 1 for the current state and 0 for each of the others.", mmu_state},
    {"marlin_mmu_errors_total", kCounter, {"code"}, "MMU errors reported on the line, by code.", mmu_errors},
    {"marlin_mmu_tool_changes_total", kCounter, {}, "Tool changes seen on the line.",
     [](const P& p, Out& out) { out.add(static_cast<double>(p.link.mmu.tool_changes)); }},
};
// clang-format on

}  // namespace

std::span<const FamilyRow<PrinterSource>> printer_families() { return kPrinterFamilies; }

}  // namespace agent::metrics
