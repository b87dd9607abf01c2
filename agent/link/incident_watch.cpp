#include "agent/link/incident_watch.h"

#include <algorithm>
#include <numeric>

#include "gcode/decode/names.h"

namespace agent::link {
namespace {

using gcode::printer::PrintEvent;
using gcode::reply::ErrorKind;
using gcode::reply::Sensor;
using incident::Kind;

constexpr gcode::line::Time kCollect = std::chrono::seconds(2);
constexpr gcode::line::Time kSameKind = std::chrono::minutes(10);
Kind kind_of(PrintEvent event) {
  switch (event) {
    case PrintEvent::kRestart: return Kind::kRestart;
    case PrintEvent::kStopped: return Kind::kStop;
    case PrintEvent::kPowerPanic: return Kind::kPowerPanic;
    case PrintEvent::kDeviceLost: return Kind::kDeviceLost;
    case PrintEvent::kHostLeft: return Kind::kHostVanished;
    default: return Kind::kPrintFailed;
  }
}

Kind kind_of(ErrorKind error) {
  if (error == ErrorKind::kKilled) return Kind::kKill;
  return error == ErrorKind::kStopped ? Kind::kStop : Kind::kError;
}

std::string words(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

template <class Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::optional<double> known(const gcode::printer::Aged<float>& value) {
  if (!value.known || !gcode::reply::is_known(value.value)) return std::nullopt;
  return value.value;
}

void take_readings(const gcode::printer::PrinterState& printer, incident::DeadPrint& print) {
  if (printer.position.known) {
    for (std::size_t i = 0; i < print.position_mm.size(); ++i) {
      const float axis = printer.position.value.axis[i];
      print.position_mm[i] = gcode::reply::is_known(axis) ? std::optional<double>(axis) : std::nullopt;
    }
    print.position_at = printer.position.at;
  }
  const auto& tool = printer.temperatures[Sensor::kTool0];
  const auto& bed = printer.temperatures[Sensor::kBed];
  print.tool_celsius = known(tool.actual);
  print.tool_target_celsius = known(tool.target);
  print.bed_celsius = known(bed.actual);
  print.bed_target_celsius = known(bed.target);
}

}  // namespace

bool IncidentWatch::Storm::rises(std::uint64_t count, gcode::line::Time now) {
  if (count - base >= limit) {
    base = count;
    base_at = now;
    return !std::exchange(is_on, true);
  }
  if (now - base_at < window) return false;
  base = count;
  base_at = now;
  is_on = false;
  return false;
}

IncidentWatch::Seen IncidentWatch::seen_of(const gcode::relay::LineRelay& relay) {
  const auto& counters = relay.counters();
  return {counters.errors, counters.resets, counters.power_panics,
          relay.prints().ended()[gcode::printer::PrintResult::kFailed]};
}

void IncidentWatch::begin(const gcode::relay::LineRelay& relay) {
  seen_ = seen_of(relay);
  resends_.base = sum(relay.counters().resends);
  underruns_.base = sum(relay.counters().underruns);
}

void IncidentWatch::expect_end(const gcode::relay::LineRelay& relay) { seen_.failed = seen_of(relay).failed; }

void IncidentWatch::note(Kind kind, std::string sentence, gcode::line::Time now) {
  if (found_.empty()) began_ = now;
  const auto same = std::find_if(found_.begin(), found_.end(), [&](const auto& found) { return found.first == kind; });
  if (same == found_.end()) found_.emplace_back(kind, std::move(sentence));
  else if (sentence.size() > same->second.size()) same->second = std::move(sentence);  // it says more
}

void IncidentWatch::look_at_errors(const Seen& next, gcode::line::Time now) {
  for (const auto error : gcode::line::kValuesOf<ErrorKind>) {
    // A missing card and an unknown text stop nothing; if they do, the print's end tells.
    if (next.errors[error] == seen_.errors[error] || error == ErrorKind::kSd || error == ErrorKind::kOther) continue;
    note(kind_of(error), "the printer reported an error: " + words(gcode::decode::name_of(error)), now);
  }
  if (next.power_panics != seen_.power_panics) note(Kind::kPowerPanic, "the printer lost its power", now);
  for (const auto cause : gcode::line::kValuesOf<gcode::reply::ResetCause>) {
    if (next.resets[cause] == seen_.resets[cause] || now < restart_expected_until_) continue;
    const bool is_known = cause != gcode::reply::ResetCause::kUnknown;
    note(
        Kind::kRestart,
        "the printer restarted" + (is_known ? " (cause: " + words(gcode::decode::name_of(cause)) + ")" : std::string()),
        now);
  }
}

void IncidentWatch::look_at_print(const gcode::relay::LineRelay& relay, gcode::line::Time now) {
  const gcode::printer::PrintJob& job = relay.prints().last();
  const gcode::printer::PrintRule& rule = gcode::printer::print_rules()[job.rule];
  note(kind_of(rule.event), std::string(rule.why), now);
  dead_print_ = job.source == gcode::printer::PrintSource::kHost ? readings_ : incident::DeadPrint{};
  if (job.source == gcode::printer::PrintSource::kHost) incident::take_stream(relay.stream_position(), *dead_print_);
  dead_print_->elapsed_seconds = gcode::line::in_seconds(job.elapsed);
}

void IncidentWatch::look(const gcode::relay::LineRelay& relay, gcode::line::Time now) {
  const Seen next = seen_of(relay);
  if (next.failed != seen_.failed) look_at_print(relay, now);
  look_at_errors(next, now);
  seen_ = next;
  const auto& counters = relay.counters();
  if (resends_.rises(sum(counters.resends), now))
    note(Kind::kResendStorm, "the printer requested ten lines again within ten seconds", now);
  if (underruns_.rises(sum(counters.underruns), now))
    note(Kind::kUnderrunStorm, "the printer ran out of moves ten times within a minute", now);
  if (relay.prints().is_printing()) take_readings(relay.printer(), readings_);
}

std::optional<incident::Incident> IncidentWatch::take(gcode::line::Time now, bool at_end) {
  if (found_.empty() || (!at_end && now - began_ < kCollect)) return std::nullopt;
  std::sort(found_.begin(), found_.end());
  incident::Incident out;
  out.kind = found_.front().first;
  for (const auto& [kind, sentence] : std::exchange(found_, {}))
    out.sentence += (out.sentence.empty() ? "" : "; ") + sentence;
  out.at = began_;
  out.print = std::exchange(dead_print_, std::nullopt);
  auto& reported = reported_[out.kind];
  if (!out.print && reported && now - *reported < kSameKind) return std::nullopt;
  reported = now;
  return out;
}

}  // namespace agent::link
