#include "gcode/printer/print_watch.h"

#include <algorithm>

#include "gcode/command/plain_command.h"
#include "gcode/printer/print_signs.h"

namespace gcode::printer {
namespace {

using std::chrono::seconds;

// OctoPrint's handshake numbers four lines at most.
constexpr std::uint32_t kHandshakeLines = 4;
// A stream that pauses for no longer than this continues.
constexpr line::Time kSilence = seconds(10);
// Printrun sends M110 immediately after the last line's ok.
constexpr line::Time kSameBreath = seconds(1);
// A print from the LCD is announced before its file is opened.
constexpr line::Time kOpening = seconds(5);
// A tool that gets less than this part of its highest target is cooled or kept warm, not heated for more of the print.
constexpr double kHeatsAgain = 0.8;
// No firmware extrudes below 150; end codes cool to 30 to 60.
constexpr double kColdTool = 100;

double value_or(const command::Command& command, char letter, double otherwise) {
  return command::parameter(command, letter).value_or(otherwise);
}

bool heats(const command::Command& c) {
  return c.letter == 'M' && std::max(tool_target(c).value_or(0), bed_target(c).value_or(0)) > 0;
}
bool is_thermal(reply::ErrorKind kind) {
  return kind == reply::ErrorKind::kThermalRunaway || kind == reply::ErrorKind::kPreheat ||
         kind == reply::ErrorKind::kMintemp || kind == reply::ErrorKind::kMaxtemp ||
         kind == reply::ErrorKind::kThermalModel;
}
bool is_motion(const command::Command& c) { return c.letter == 'G'; }

}  // namespace

// --- a print's begin and end -----------------------------------------------------------------------------------------

void PrintWatch::begin(PrintSource source, Phase phase, line::Time now) {
  current_ = {};
  current_.source = source;
  current_.began = now;
  current_.extruded_mm = travel_.extruded_mm();
  current_.travel_mm = travel_.travelled_mm();
  layers_ = {};
  evidence_ = {};
  evidence_.source = source;
  counted_until_ = now;
  tool_target_ = 0;
  if (card_is_paused()) card_ = Card::kNone;
  phase_ = phase;
  if (phase == Phase::kRunning) ++started_;
}

void PrintWatch::confirm() {
  if (phase_ != Phase::kUnconfirmed) return;
  phase_ = Phase::kRunning;
  ++started_;
}

PrintJob PrintWatch::current() const {
  PrintJob job = current_;
  if (job.source == PrintSource::kHost) {
    job.extruded_mm = travel_.extruded_mm() - current_.extruded_mm;
    for (std::size_t i = 0; i < 3; ++i) job.travel_mm[i] = travel_.travelled_mm()[i] - current_.travel_mm[i];
  } else {
    job.extruded_mm = 0;
    job.travel_mm = {};
  }
  job.percent = evidence_.percent;
  return job;
}

void PrintWatch::handle(PrintEvent event, line::Time now) {
  if (!is_open()) return;
  evidence_.since_fault = now - fault_at_;
  if (const auto rule = decide_print(event, evidence_)) end(*rule, now);
}

void PrintWatch::end(std::uint8_t rule, line::Time now) {
  const PrintRule& row = print_rules()[rule];
  const bool completed = phase_ == Phase::kRunning && row.result == PrintResult::kCompleted;
  if (phase_ == Phase::kRunning) {
    last_ = current();
    layers_.finish(current_.elapsed, travel_.extruded_mm());
    // A print that its host ended, ended at its last line.
    last_.ended = row.source == PrintSource::kHost || evidence_.stands_still ? counted_until_ : now;
    last_.result = *row.result;
    last_.rule = rule;
    ++ended_[*row.result];
  }
  // Lines that the host still has in flight belong to this print: another begins after silence or an M110.
  phase_ = completed ? Phase::kEndedFinished : Phase::kEnded;
  if (current_.source == PrintSource::kSd) leave();
  if (card_is_paused()) card_ = Card::kNone;
}

// Whatever comes now belongs to no print.
void PrintWatch::leave() { phase_ = is_finished() ? Phase::kFinished : Phase::kNone; }

void PrintWatch::alive(line::Time now) {
  const line::Time gap = now - counted_until_;
  if (!evidence_.paused && !evidence_.stands_still && gap <= kSilence + seconds(1)) current_.elapsed += gap;
  counted_until_ = std::max(counted_until_, now);
  evidence_.stands_still = false;
}

// --- the host's lines ------------------------------------------------------------------------------------------------

// A line that the printer requested again was counted when it came first.
bool PrintWatch::is_repeat(const command::Command& command) {
  if (!command.number) return false;
  if (*command.number <= highest_number_) return true;
  highest_number_ = *command.number;
  return false;
}

void PrintWatch::host_command(const command::Command& as_sent, const PrinterState& printer,
                              const dialect::Dialect& dialect, line::Time now) {
  command::PlainCommand plain;
  const command::Command& command = plain.of(as_sent);
  if (command.is('M', 112)) {
    // Some hosts switch the heaters off and close the port before the printer reports kill().
    evidence_.paused = false;
    return handle(PrintEvent::kStopped, now);
  }
  if (command.kind == command::CommandKind::kLineNumber) return numbering(command, now);
  if (is_repeat(command)) {
    if (command::is_poll(command)) return;
    if (prints_from_host()) alive(now);
    last_stream_line_ = now;
    return;
  }
  travel_.command(command, dialect.extruder_mode);
  sd_command(command, printer, now);
  if (command.is_numbered()) {
    stream_line(command, now);
  } else {
    beside_stream(command);
  }
  if (command.is('M', 73) && command::has_parameter(command, 'P'))
    take_percent(static_cast<float>(value_or(command, 'P', 0)));
}

void PrintWatch::numbering(const command::Command& command, line::Time now) {
  const auto parameter_n = command::parameter(command, 'N');
  highest_number_ = parameter_n ? static_cast<std::int64_t>(*parameter_n) : command.number.value_or(highest_number_);
  lines_since_m110_ = 0;
  const bool farewell =
      command.number == -1 && !evidence_.stands_still && now - std::max(last_ok_, last_stream_line_) < kSameBreath;
  if (prints_from_host()) {
    handle(farewell ? PrintEvent::kNumberingEnds : PrintEvent::kNumberingAnew, now);
  }
  if (!prints_from_sd()) leave();
}

void PrintWatch::stream_line(const command::Command& command, line::Time now) {
  ++lines_since_m110_;
  if (command::is_poll(command)) {  // also sent when nothing is printed
    if (command.kind != command::CommandKind::kTemperature) evidence_.last_m_code = command.code;
    return;
  }
  last_stream_line_ = now;
  const bool begins =
      is_motion(command) || heats(command) || (lines_since_m110_ > kHandshakeLines && command.is('M', 73));
  if ((phase_ == Phase::kNone || phase_ == Phase::kFinished) && begins)
    begin(PrintSource::kHost, Phase::kUnconfirmed, now);
  if (!prints_from_host()) return;
  alive(now);
  const bool extrudes = travel_.is_extruding();
  // Heaters alone are switched by hand too; a file also moves, or waits for them.
  const bool prints = command.kind == command::CommandKind::kHeatAndWait || (is_motion(command) && tool_target_ > 0);
  if (prints || extrudes) confirm();
  if (extrudes) {
    layers_.extruded(travel_, current_.elapsed, travel_.extruded_mm());
    evidence_.ending = Ending::kNone;
  }
  if (is_motion(command)) {  // neither heats nor ends a print
    evidence_.last_m_code = -1;
    return;
  }
  take_heat(command);
  const PrintSign sign = sign_of(command);
  if (sign == PrintSign::kEnds) evidence_.ending = std::max(evidence_.ending, Ending::kEndCode);
  if (sign == PrintSign::kCancels) evidence_.ending = Ending::kCancel;
  evidence_.last_m_code = command.letter == 'M' ? command.code : -1;
}

// Behind the heaters' end a bed may be kept warm ("M140 S50"): only a tool that is heated for more of the print proves
// that it goes on. One that cools ("M109 R50") is at its end, without "S0" too.
void PrintWatch::take_heat(const command::Command& command) {
  const double target = tool_target(command).value_or(0);
  if (target <= 0) return;
  const bool was_hot = tool_target_ >= kColdTool || travel_.extruded_mm() > current_.extruded_mm;
  if (target < kColdTool) {
    if (was_hot) evidence_.ending = std::max(evidence_.ending, Ending::kEndCode);
  } else if (target >= kHeatsAgain * tool_target_) {
    evidence_.ending = Ending::kNone;
  }
  tool_target_ = std::max(tool_target_, target);
}

// Lines that a host sends without a number while its print runs: a user's command, or part of a cancel.
void PrintWatch::beside_stream(const command::Command& command) {
  if (is_open() && sign_of(command) != PrintSign::kNone) evidence_.ending = Ending::kCancel;
}

void PrintWatch::sd_command(const command::Command& command, const PrinterState& printer, line::Time now) {
  if (command.letter != 'M') return;
  if (command.code == 32) card_ = Card::kStartsOnOpen;
  if (command.code == 23 && card_ == Card::kStartsOnOpen) card_ = Card::kNone;
  if (command.code == 25 && prints_from_sd()) card_ = Card::kPaused;
  // OctoPrint cancels by M25 and M26 S0 (H 1.1).
  const bool rewinds = command.code == 26 && card_is_paused() && value_or(command, 'S', 1) == 0;
  if ((command.code == 524 || rewinds) && prints_from_sd()) return handle(PrintEvent::kStopCommand, now);
  if (command.code != 24) return;
  if (prints_from_sd()) {
    if (card_is_paused()) card_ = Card::kNone;
  } else if (card_ == Card::kOpen && !printer.paused) {
    card_ = Card::kNone;
    begin(PrintSource::kSd, Phase::kRunning, now);
    if (printer.sd_file.known) current_.file.assign(printer.sd_file.value.view());
  }
}

// --- the printer's lines ---------------------------------------------------------------------------------------------

void PrintWatch::reply(const reply::Reply& reply, const PrinterState& printer, const dialect::Dialect& dialect,
                       line::Time now) {
  if (reply.carries_ok) last_ok_ = now;
  if (is_open()) take_temperatures(reply.temperatures);
  switch (reply.kind) {
    case reply::ReplyKind::kStart:
      handle(PrintEvent::kRestart, now);
      phase_ = Phase::kNone;
      restarted();
      break;
    case reply::ReplyKind::kError:
      if (is_thermal(reply.error)) fault_at_ = now;
      evidence_.paused = printer.paused && reply.error == reply::ErrorKind::kStopped;
      if (reply.stops_printer) handle(PrintEvent::kStopped, now);
      break;
    case reply::ReplyKind::kPowerPanic: handle(PrintEvent::kPowerPanic, now); break;
    case reply::ReplyKind::kAction:
      if (reply.action == reply::HostAction::kCancel) handle(PrintEvent::kCancelAction, now);
      break;
    case reply::ReplyKind::kResend:
      if (is_open()) ++current_.resends;
      layers_.resend();
      break;
    case reply::ReplyKind::kProgress:
      if (!reply.progress.silent_mode && reply::is_known(reply.progress.percent)) take_percent(reply.progress.percent);
      break;
    default: sd_reply(reply, printer, dialect, now);
  }
}

void PrintWatch::sd_reply(const reply::Reply& reply, const PrinterState& printer, const dialect::Dialect& dialect,
                          line::Time now) {
  switch (reply.kind) {
    case reply::ReplyKind::kPrintDone:
      handle(PrintEvent::kPrintDone, now);
      if (!is_open())
        phase_ = has_just_ended() ? Phase::kEndedFinished : Phase::kFinished;  // also if nothing of it was seen before
      break;
    case reply::ReplyKind::kSdIdle:
      if (prints_from_sd() && !dialect.reports_card_pauses) look_for_pause(printer);
      evidence_.paused = evidence_.paused || printer.paused || card_is_paused();
      last_sd_.reset();
      if (prints_from_sd()) not_sd_printing(dialect, now);
      break;
    case reply::ReplyKind::kSdFile:
      if (reply.sd.size == 0 || reply.text.empty()) break;  // not the opening of a file
      if (prints_from_sd() && now - current_.began > kOpening) handle(PrintEvent::kOtherFile, now);
      if (prints_from_sd()) {
        current_.file.assign(reply.text);
        confirm();
        break;
      }
      last_sd_.reset();
      if (card_ == Card::kStartsOnOpen) begin(PrintSource::kSd, Phase::kRunning, now), current_.file.assign(reply.text);
      card_ = card_ == Card::kStartsOnOpen ? Card::kNone : Card::kOpen;
      break;
    case reply::ReplyKind::kEcho:
      // From the LCD: echo:enqueing "M24"
      if (reply.starts_file && !is_open()) begin(PrintSource::kSd, Phase::kUnconfirmed, now);
      break;
    case reply::ReplyKind::kSdPosition: return sd_position(reply.sd, printer, now);
    default: break;
  }
}

void PrintWatch::not_sd_printing(const dialect::Dialect& dialect, line::Time now) {
  // The answer may be older than the print: it waited while the menu was used.
  if (now - current_.began <= kOpening) return;
  // A Marlin with a long queue has read the file before it runs its end and says "Done printing file".
  const bool may_be_done = !dialect.reports_card_pauses && !evidence_.paused && evidence_.percent < kAtEndPercent;
  if (may_be_done && !evidence_.stands_still) {
    alive(now);
    evidence_.stands_still = true;
    return;
  }
  if (!may_be_done || now - counted_until_ > kSilence) handle(PrintEvent::kNotSdPrinting, now);
}

// Some firmwares say "Not SD printing" of a print that is paused at their display too. A stop there switches the heaters
// off (M 7.1).
void PrintWatch::look_for_pause(const PrinterState& printer) {
  if (card_ != Card::kNone && card_ != Card::kSeemsPaused) return;
  const Aged<float>& target = printer.temperatures[reply::Sensor::kTool0].target;
  const bool is_paused = evidence_.percent < kAtEndPercent && target.known && target.value > 0;
  if (!is_paused && card_ == Card::kSeemsPaused) evidence_.paused = printer.paused;
  card_ = is_paused ? Card::kSeemsPaused : Card::kNone;
}

// On Marlin a file that is selected but not printed also reports a position; one that is printed advances.
void PrintWatch::sd_position(const reply::SdPosition& sd, const PrinterState& printer, line::Time now) {
  const bool advances = last_sd_ && sd.size == last_sd_->size && sd.byte > last_sd_->byte;
  last_sd_ = sd;
  if (advances && card_ == Card::kSeemsPaused) card_ = Card::kNone;
  if (advances && !is_open() && sd.byte < sd.size) {
    begin(PrintSource::kSd, Phase::kRunning, now);
    current_.joined = card_ == Card::kNone;
    card_ = Card::kNone;
  }
  if (!prints_from_sd() || sd.size == 0) return;
  evidence_.stands_still = false;
  confirm();
  const double percent = 100.0 * static_cast<double>(sd.byte) / static_cast<double>(sd.size);
  if (evidence_.percent < 0 || !printer.progress.known) take_percent(static_cast<float>(percent));
  if (current_.file.empty() && printer.sd_file.known) current_.file.assign(printer.sd_file.value.view());
}

void PrintWatch::take_percent(float percent) {
  if (is_open() && percent >= 0) evidence_.percent = std::min(percent, 100.0F);
}

void PrintWatch::take_temperatures(const reply::Temperatures& seen) {
  for (std::uint8_t i = 0; i < seen.count; ++i) {
    const reply::TemperatureReading& item = seen.items[i];
    if (!reply::is_known(item.actual)) continue;
    if (item.sensor <= reply::Sensor::kTool7) current_.highest_tool = std::max(current_.highest_tool, item.actual);
    if (item.sensor == reply::Sensor::kBed) current_.highest_bed = std::max(current_.highest_bed, item.actual);
  }
}

// --- everything else -------------------------------------------------------------------------------------------------

void PrintWatch::host_left(const PrinterState& printer, line::Time now) {
  evidence_.stands_still = evidence_.stands_still || printer.paused;
  handle(PrintEvent::kHostLeft, now);
  if (!prints_from_sd()) leave();
}

void PrintWatch::printer_lost(line::Time now) {
  handle(PrintEvent::kDeviceLost, now);
  if (!prints_from_sd()) phase_ = Phase::kNone;  // a print from the card continues without the cable
  restarted();
}

void PrintWatch::restarted() {
  travel_.printer_restarted();
  highest_number_ = -1;
  card_ = Card::kNone;
  last_sd_.reset();
  if (phase_ == Phase::kFinished) phase_ = Phase::kNone;
  if (phase_ == Phase::kEndedFinished) phase_ = Phase::kEnded;
}

void PrintWatch::tick(const PrinterState& printer, bool stream_in_flight, line::Time now) {
  if (has_just_ended() && now - last_stream_line_ > kSilence && !stream_in_flight) leave();
  if (!is_open()) return;
  const bool waits_for_user = printer.busy.known && printer.busy.value != reply::BusyReason::kProcessing;
  const bool paused = printer.paused || card_is_paused() || waits_for_user;
  if (paused != evidence_.paused) {
    if (paused) alive(now);
    counted_until_ = now;
    evidence_.paused = paused;
  }
  if (paused) {
    counted_until_ = now;
    return;
  }
  if (current_.source == PrintSource::kSd && evidence_.stands_still) return;
  const bool works = !evidence_.stands_still && (printer.busy.known || printer.heating);
  if (current_.source == PrintSource::kSd || stream_in_flight || works) return alive(now);
  if (now - counted_until_ <= kSilence) return;
  evidence_.stands_still = true;
  handle(PrintEvent::kStreamSilent, now);
}

}  // namespace gcode::printer
