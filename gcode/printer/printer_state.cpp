#include "gcode/printer/printer_state.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gcode::printer {
namespace {

using std::chrono::seconds;

constexpr line::Time kLiveness = seconds(15);
constexpr line::Time kLivenessWhileBlocked = seconds(60);
// Two keepalive periods of 2 s and a margin: a busy printer repeats its message within that time.
constexpr line::Time kBusyLifetime = seconds(5);
constexpr line::Time kHeatingLifetime = seconds(5);
// A numbered stream counts as a print from its fifth line on even if it has not moved or heated yet: OctoPrint's
// handshake numbers four lines at most.
constexpr std::uint32_t kHandshakeLines = 4;
constexpr line::Time kStreamLifetime = seconds(10);

// No hot end changes by this much within this time: with another tool it is another sensor.
constexpr float kOtherSensor = 40;
constexpr line::Time kOtherSensorWithin = seconds(12);

bool starts_print(const command::Command& command) {
  if (command.letter == 'G') return true;
  return command.kind == command::CommandKind::kHeatAndWait || command.is('M', 104) || command.is('M', 140);
}

}  // namespace

void PrinterState::forget_reported() {
  const Contact kept = contact;
  const line::Time opened = opened_at;
  *this = {};
  contact = kept;
  opened_at = opened;
}

void PrinterState::printer_opened(line::Time now) {
  forget_reported();
  contact.on(Contact::Event::kOpened);
  opened_at = now;
}

void PrinterState::printer_lost(line::Time) {
  forget_reported();
  contact.on(Contact::Event::kClosed);
}

// A printer with two hot ends may report only the active one, as "T:". A jump at the change of the tool that stays
// proves it: with one nozzle for all tools the reading goes on, and a single reading may be torn.
std::optional<reply::Sensor> PrinterState::sensor_of(const reply::Temperatures& seen,
                                                     const reply::TemperatureReading& item,
                                                     const dialect::Dialect& dialect, line::Time now) {
  constexpr auto kTool0 = reply::Sensor::kTool0;
  const auto is_other_tool = [](const reply::TemperatureReading& other) {
    return other.sensor > kTool0 && other.sensor <= reply::Sensor::kTool7;
  };
  if (item.sensor != kTool0 || active_tool == 0 || dialect.family == dialect::FirmwareFamily::kPrusa ||
      std::any_of(seen.begin(), seen.end(), is_other_tool)) {
    return item.sensor;
  }
  if (tools_are_apart()) return static_cast<reply::Sensor>(active_tool);
  const auto before = temperatures[kTool0].actual.fresh(now, kOtherSensorWithin);
  const bool jumps = before && std::abs(*before - item.actual) > kOtherSensor;
  tool_jumps = jumps ? static_cast<std::uint8_t>(tool_jumps + 1) : 0;
  if (!jumps) return kTool0;
  return tools_are_apart() ? std::optional(static_cast<reply::Sensor>(active_tool)) : std::nullopt;
}

void PrinterState::take_temperatures(const reply::Temperatures& seen, const dialect::Dialect& dialect, line::Time now) {
  for (const reply::TemperatureReading& item : seen) {
    const auto sensor = sensor_of(seen, item, dialect, now);
    if (!sensor) continue;
    Temperature& kept = temperatures[*sensor];
    if (reply::is_known(item.actual)) kept.actual.set(item.actual, now);
    if (mintemp && item.actual <= 0) kept.actual.forget();
    if (reply::is_known(item.target)) kept.target.set(item.target, now);
    if (reply::is_known(item.duty)) kept.duty.set(item.duty, now);
  }
  if (seen.count > 0) temperature_report.set(now, now);
}

void PrinterState::take_error(const reply::Reply& reply) {
  if (reply.stops_printer) {
    halt.on(Halt::Event::kStop);
    forget_settings();
  }
  if (reply.error != reply::ErrorKind::kMintemp) return;
  mintemp = true;
  for (Temperature& kept : temperatures) {
    if (kept.actual.known && kept.actual.value <= 0) kept.actual.forget();
  }
}

void PrinterState::take_percent(const reply::Reply& reply, std::int32_t query_code, line::Time now) {
  if (!reply::is_known(reply.percent)) return;
  const float ratio = reply.percent / 100.0F;
  if (reply.percent_of == 'F' || (reply.percent_of == 0 && query_code == 220)) feedrate.set(ratio, now);
  if (reply.percent_of == 'E' || (reply.percent_of == 0 && query_code == 221)) flow.set(ratio, now);
}

void PrinterState::take_progress(reply::Progress reported, line::Time now) {
  if (reported.is_partial && progress.known) {
    const auto keep = [](float& value, float before) { value = reply::is_known(value) ? value : before; };
    keep(reported.percent, progress.value.percent);
    keep(reported.remaining_minutes, progress.value.remaining_minutes);
    keep(reported.change_minutes, progress.value.change_minutes);
  }
  progress.set(reported, now);
}

void PrinterState::take_action(reply::HostAction action) {
  if (action == reply::HostAction::kPaused) {
    paused = true;
    sd.forget();  // the next position may be ahead of it: the printer had read that far
  }
  if (action == reply::HostAction::kResumed) paused = false;
  if (action == reply::HostAction::kCancel) paused = sd_printing = false;
}

void PrinterState::take_sd(const reply::Reply& reply, line::Time now) {
  switch (reply.kind) {
    case reply::ReplyKind::kSdPosition: {
      const bool advances = sd.known && reply.sd.byte > sd.value.byte;
      sd.set(reply.sd, now);
      sd_printing = reply.sd.size > 0 && reply.sd.byte < reply.sd.size;
      if (!sd_printing) break;
      if (advances) paused = false;              // Marlin 2.1 prints the position in a pause too
      if (reply.sd.byte > 0) forget_settings();  // not a file that is selected only
      break;
    }
    case reply::ReplyKind::kSdIdle:
      sd.forget();
      sd_printing = false;
      break;
    case reply::ReplyKind::kSdPaused: paused = true; break;
    case reply::ReplyKind::kSdFile:
      if (!reply.text.empty()) sd_file.set(line::FixedText<127>(reply.text), now);
      // Another file, another print. M27 on a Prusa prints the name of the current file, without a size.
      if (reply.sd.size > 0) progress.forget();
      break;
    case reply::ReplyKind::kPrintDone:
      sd_printing = paused = false;
      sd.forget();
      forget_settings();
      break;
    default: break;
  }
}

void PrinterState::take_capability(std::string_view name, bool on) {
  for (std::uint8_t i = 0; i < capability_count; ++i) {
    if (capabilities[i].name.view() == name) {
      capabilities[i].on = on;
      return;
    }
  }
  if (capability_count == kMaxCapabilities) return;
  capabilities[capability_count].name.assign(name);
  capabilities[capability_count++].on = on;
}

void PrinterState::take_firmware(const reply::Reply& reply, line::Time now) {
  const reply::FirmwareFields fields = reply::parse_firmware(reply.text);
  firmware.set(line::FixedText<127>(fields.name), now);
  if (!fields.machine_type.empty()) machine_type.set(line::FixedText<63>(fields.machine_type), now);
  if (!fields.protocol.empty()) protocol.set(line::FixedText<15>(fields.protocol), now);
  if (const auto& glued = fields.glued_capability; glued.size() > 2 && glued[glued.size() - 2] == ':') {
    take_capability(glued.substr(0, glued.size() - 2), glued.back() == '1');
  }
}

void PrinterState::reply(const reply::Reply& reply, std::int32_t query_code, const dialect::Dialect& dialect,
                         line::Time now) {
  if (reply.kind == reply::ReplyKind::kStart) {
    forget_reported();
    contact.on(Contact::Event::kStart);
  }
  last_line = now;
  if (reply.carries_ok) {
    contact.on(Contact::Event::kAnswer);
    busy.forget();
    heating.reset();
  }
  switch (reply.kind) {
    case reply::ReplyKind::kOkTemperature: halt.on(Halt::Event::kRuns); [[fallthrough]];
    case reply::ReplyKind::kTemperature:
      contact.on(Contact::Event::kAnswer);
      reports_itself = reports_itself || reply.kind == reply::ReplyKind::kTemperature;
      take_temperatures(reply.temperatures, dialect, now);
      break;
    case reply::ReplyKind::kHeating:
      heating = now;
      take_temperatures(reply.temperatures, dialect, now);
      break;
    case reply::ReplyKind::kFans: fans.set(reply.fans, now); break;
    case reply::ReplyKind::kOk:
      if (reply.has_firmware) take_firmware(reply, now);
      [[fallthrough]];
    case reply::ReplyKind::kPosition:  // the second line of some has step counts only
      if (reply.is_torn || reply::is_known(reply.position.axis[0])) position.set(reply.position, now);
      break;
    case reply::ReplyKind::kProgress:
      if (!reply.progress.silent_mode) {
        take_progress(reply.progress, now);
        progress_source = ProgressSource::kPrinter;
      }
      break;
    case reply::ReplyKind::kPercent: take_percent(reply, query_code, now); break;
    case reply::ReplyKind::kFirmware:
      if (!reply.is_guess || query_code == 115) take_firmware(reply, now);
      break;
    case reply::ReplyKind::kCapability: take_capability(reply.text, reply.capability_on); break;
    case reply::ReplyKind::kSerialNumber:
      if (!reply.text.empty()) serial_number.set(line::FixedText<31>(reply.text), now);
      break;
    case reply::ReplyKind::kBusy: busy.set(reply.busy, now); break;
    case reply::ReplyKind::kAction: take_action(reply.action); break;
    case reply::ReplyKind::kError: take_error(reply); break;
    case reply::ReplyKind::kPowerPanic: halt.on(Halt::Event::kPanic); break;
    default: take_sd(reply, now); break;
  }
}

void PrinterState::host_command(const command::Command& command, const dialect::Dialect& dialect, line::Time now) {
  // A stream that restarts is another print: the previous print's M73 is not its progress. Progress that was read from
  // the host's lines ends with the print (Arbiter), not with a pause in its stream.
  const bool renumbers = command.kind == command::CommandKind::kLineNumber;
  const bool is_of_stream = command.is_numbered() && !command::is_poll(command);
  const bool begins_stream =
      renumbers || (is_of_stream && !stream_is_open() && progress_source != ProgressSource::kHost);
  if (renumbers) end_stream();
  if (begins_stream && !paused) progress.forget();
  if (renumbers) {
    stream = Stream::kNone;
    return;
  }
  if (is_of_stream) {
    last_numbered = now;
    const bool prints = stream == Stream::kPrints || stream == Stream::kRests;
    if (prints || ++handshake_lines > kHandshakeLines || starts_print(command)) stream = Stream::kPrints;
    else stream = Stream::kHandshake;
  }
  if (command.letter != 'M') return;
  switch (command.code) {
    case 24:
    case 602: paused = false; break;
    case 26: sd.forget(); break;  // the position is another
    case 25:
    case 600:
    case 601: progress.value.change_minutes = reply::kUnknown; break;  // the change is here
    case 999:
      if (!dialect.stopped_is_unresponsive) halt.on(Halt::Event::kRuns);  // which drops M999 too
      break;
    default: break;
  }
}

// Prusa: P and R for the normal mode, Q and S for the silent one. Marlin: P and R. C: minutes to the next change.
void PrinterState::host_progress(const command::Command& command, const dialect::Dialect& dialect, line::Time now) {
  if (dialect.reports_progress) return;  // it answers with the values that it took
  reply::Progress next = progress.known ? progress.value : reply::Progress{};
  bool reported = false;
  const auto take = [&](char letter, float& field, double most) {
    const auto value = command::parameter(command, letter);
    if (!value || !(*value >= 0)) return;
    field = static_cast<float>(std::min(*value, most));
    reported = true;
  };
  constexpr double kMostMinutes = 60.0 * 24 * 365;
  take('P', next.percent, 100);
  take('R', next.remaining_minutes, kMostMinutes);
  take('C', next.change_minutes, kMostMinutes);
  if (next.change_minutes <= 0) next.change_minutes = reply::kUnknown;  // the last word of a file: no further change
  if (!reported) return;
  progress.set(next, now);
  progress_source = ProgressSource::kHost;
}

void PrinterState::forget_file_progress() {
  if (progress_source != ProgressSource::kHost) return;
  progress.forget();
  progress_source = ProgressSource::kPrinter;
}

void PrinterState::end_stream() {
  stream = stream == Stream::kPrints || stream == Stream::kRests ? Stream::kRests : Stream::kNone;
  handshake_lines = 0;
}

void PrinterState::tick(line::Time now) {
  if (busy.known && now - busy.at > kBusyLifetime) busy.forget();
  if (heating && now - *heating > kHeatingLifetime) heating.reset();
  if (stream_is_open() && !stream_flows(now) && now - last_numbered > kStreamLifetime) {
    end_stream();  // the next numbered line continues the same print, unless an M110 comes first
  }
}

bool PrinterState::is_up(line::Time now) const {
  if (!contact.is_open() || !last_line) return false;
  const bool may_be_silent = silence_expected || (!reports_itself && stream_flows(now));
  return now - *last_line <= (may_be_silent ? kLivenessWhileBlocked : kLiveness);
}

bool PrinterState::stream_flows(line::Time now) const {
  if (stream != Stream::kPrints) return false;
  line::Time alive = last_numbered;
  if (busy.known) alive = std::max(alive, busy.at);
  if (heating) alive = std::max(alive, *heating);
  return now - alive <= kStreamLifetime;
}

bool PrinterState::waits_for_user(line::Time now) const {
  return busy.known && now - busy.at <= kBusyLifetime && busy.value != reply::BusyReason::kProcessing;
}

}  // namespace gcode::printer
