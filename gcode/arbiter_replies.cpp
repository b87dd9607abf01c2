// The printer's half of the arbiter: whose answer a line is. Content decides first; where it cannot, the line is the
// host's.
#include <algorithm>

#include "gcode/arbiter.h"
#include "gcode/line_looks.h"

namespace gcode {
namespace {

using std::chrono::milliseconds;

// After `start` even the boot loader is silent for up to 2 s before the banner.
constexpr Time kBootAfterStart = std::chrono::seconds(3);
constexpr Time kBootQuietUnknown = std::chrono::seconds(3);
// Once an own answer has begun its other lines follow at line rate; host lines wait for its end a little longer.
constexpr Time kAnswerRuns = milliseconds(25);
constexpr Time kLongestHold = milliseconds(500);
// Marlin's answer to M105 without any sensor (M 6), followed by a bare ok.
constexpr std::string_view kNoSensors = "No thermistors - no temperature";

LineClass class_of(const Reply& reply) {
  switch (reply.kind) {
    case ReplyKind::kOk:
    case ReplyKind::kOkTemperature: return LineClass::kOk;
    case ReplyKind::kTemperature:
    case ReplyKind::kHeating: return LineClass::kTemperature;
    case ReplyKind::kPosition: return LineClass::kPosition;
    case ReplyKind::kFans: return LineClass::kFan;
    case ReplyKind::kBusy: return LineClass::kBusy;
    case ReplyKind::kEcho:
    case ReplyKind::kBoot:
    case ReplyKind::kUnknownCommand: return LineClass::kEcho;
    case ReplyKind::kError: return LineClass::kError;
    case ReplyKind::kResend: return LineClass::kResend;
    case ReplyKind::kAction: return LineClass::kAction;
    case ReplyKind::kMmu: return LineClass::kMmu;
    default: return LineClass::kOther;
  }
}

// Text that a question may be answered with, and that is never printed unasked in a known form.
bool may_answer(ReplyKind kind) { return kind == ReplyKind::kUnknown || kind == ReplyKind::kAnswer; }

}  // namespace

Verdict Arbiter::printer_line(const Reply& reply, std::string_view line, Time now) {
  // The text that the reset cut off may have swallowed `start`: who says why it has restarted has restarted.
  if (reply.has_reset_cause && !s_.printer.booting) {
    Reply start;
    start.kind = ReplyKind::kStart;
    learn(start, "start", now);
  }
  count(reply);
  learn(reply, line, now);
  identify(reply);
  return decide(reply, line, now);
}

// --- book-keeping that no verdict depends on --------------------------------------------------------------------------

void Arbiter::learn(const Reply& reply, std::string_view line, Time now) {
  const bool was_own_only = s_.in_flight.own().has_value();
  const std::int32_t question = s_.in_flight.size() > 0 ? s_.in_flight[0].code : -1;
  if (reply.kind == ReplyKind::kStart) on_start(now);
  s_.printer.reply(reply, question, *dialect_, now);
  if (was_own_only && question == 862 && s_.own.query == Query::kNozzle) {
    if (const auto mm = whole_number(line); mm && *mm > 0.05F && *mm < 3.0F) s_.printer.nozzle_diameter.set(*mm, now);
  }
  s_.prints.reply(reply, s_.printer, now);
  s_.mmu.printer_line(reply, line);
  s_.lifetime.printer_line(reply, line);
  note(reply, line, now);
}

void Arbiter::count(const Reply& reply) {
  LinkCounters& c = s_.counters;
  ++c.receive_lines[class_of(reply)];
  switch (reply.kind) {
    case ReplyKind::kUnknown: ++c.unparsed_lines; break;
    case ReplyKind::kUnknownCommand: ++c.rejected_commands[RejectReason::kUnknown]; break;
    case ReplyKind::kOverflow: ++c.receive_buffer_overflows; break;
    case ReplyKind::kResend: ++c.resends[s_.resend_reason]; break;
    case ReplyKind::kError:
      if (reply.is_number_error) {
        s_.resend_reason = reply.resend_reason;
      } else {
        ++c.errors[reply.error];
      }
      break;
    case ReplyKind::kAction: ++c.host_actions[reply.action]; break;
    case ReplyKind::kRunout: ++c.filament_runouts; break;
    case ReplyKind::kCrash: ++c.crashes[reply.crash_axis]; break;
    case ReplyKind::kPowerPanic: ++c.power_panics; break;
    case ReplyKind::kEcho:
      if (reply.cold_extrusion) ++c.rejected_commands[RejectReason::kColdExtrusion];
      break;
    default: break;
  }
  if (reply.kind == ReplyKind::kResend) s_.resend_reason = ResendReason::kOther;
}

// What was sent last may have reached the restarted printer's buffer and be answered after the boot text; what is older
// went with the old life. An own question is given up with the end of the boot text: end_boot().
void Arbiter::keep_only_latest(Time now) {
  for (std::size_t i = s_.in_flight.size(); i-- > 0;) {
    InFlight& entry = s_.in_flight[i];
    entry.maybe = true;
    entry.doubtful = entry.is_own();
    entry.payload_seen = false;
    if (now - entry.sent > kBootAfterStart) s_.in_flight.erase(i);
  }
}

void Arbiter::on_start(Time now) {
  keep_only_latest(now);
  s_.subscriptions.printer_restarted();
  s_.poller.printer_restarted();
  s_.poller.apply(settings_, s_.subscriptions);
  s_.wanting = s_.draining = s_.own_rejected = false;
  s_.waiting_since = kNever;
  s_.hold_until = now;
  s_.ghosts = s_.surplus = s_.given_up = 0;
  s_.comment_open = s_.uploading = s_.meatpack = s_.power_panic = false;
  s_.stray_ok = s_.resend_ok_due = s_.recovering = s_.asked_again = s_.busy_since_ok = false;
  s_.last_report = LastReport::kNone;
  s_.last_number = -1;
  s_.empty_since = kNever;
  if (s_.counted_start) ++s_.counters.resets[ResetCause::kUnknown];
  s_.counted_start = false;
  s_.boot_answered = false;
  s_.boot_until = now + kBootAfterStart;
}

void Arbiter::note(const Reply& reply, std::string_view line, Time now) {
  if (reply.kind == ReplyKind::kStart) s_.counted_start = true;
  if (s_.printer.booting) {
    // The cause stands in a line of its own behind `start`; a start without one is counted when the boot text is over.
    if (s_.counted_start && reply.has_reset_cause) {
      ++s_.counters.resets[reply.reset_cause];
      s_.counted_start = false;
    }
    const Time quiet = dialect_->boot_quiet > Time::zero() ? dialect_->boot_quiet : kBootQuietUnknown;
    // A printer that reports did not boot: opening did not reset it, and its reports go on for ever.
    // The first ok says that commands are taken; what is printed from then on, in a print say, is no boot text.
    if (!is_report(reply.kind) && !s_.boot_answered) s_.boot_until = std::max(s_.boot_until, now + quiet);
    s_.boot_answered = s_.boot_answered || reply.carries_ok;
  }
  if (reply.kind == ReplyKind::kBusy || reply.kind == ReplyKind::kHeating) {
    s_.last_progress_line = now;
    s_.busy_since_ok = true;
  }
  if (reply.kind == ReplyKind::kHeating && line.find(" W:") != std::string_view::npos) s_.heating_says_w = true;
  if (reply.kind == ReplyKind::kPowerPanic) {
    s_.power_panic = true;
    if (const auto own = s_.in_flight.own())
      s_.in_flight[*own].doubtful = true;  // its answer may be the line that was torn
  }
  if (reply.kind == ReplyKind::kOverflow) on_overflow(reply);
  if (reply.kind == ReplyKind::kUploadBegin) on_upload_begin();
  if (reply.kind == ReplyKind::kUploadEnd || reply.kind == ReplyKind::kSdCard) s_.uploading = false;
  if (reply.kind == ReplyKind::kMeatPack) s_.meatpack = reply.meatpack_on;
  if (reply.carries_ok) {
    s_.last_ok = now;
    s_.busy_since_ok = false;
  }
}

// What went out behind M28 is written to the file, whatever it says. A restarted printer may have had the M28 in its buffer.
void Arbiter::on_upload_begin() {
  s_.upload_confirmed = true;
  s_.uploading = s_.uploading || s_.in_flight.first_of(CommandKind::kUploadBegin).has_value();
  bool behind = false;
  for (std::size_t i = 0; i < s_.in_flight.size(); ++i) {
    InFlight& entry = s_.in_flight[i];
    if (behind && !entry.is_own() && entry.kind != CommandKind::kUploadEnd) entry = written_to_file(entry);
    behind = behind || entry.kind == CommandKind::kUploadBegin;
  }
}

// The printer threw bytes away: the beginning of a line that did not go on, or all that its full buffer held.
void Arbiter::on_overflow(const Reply& reply) {
  if (reply.overflow_was_timeout) {
    s_.line_timed_out = true;
    return;
  }
  for (std::size_t i = 0; i < s_.in_flight.size(); ++i) {
    InFlight& entry = s_.in_flight[i];
    (entry.is_own() ? entry.doubtful : entry.maybe) = true;
  }
}

void Arbiter::identify(const Reply& reply) {
  if (reply.kind == ReplyKind::kCapability) {
    s_.poller.capability(reply.text, reply.capability_on, s_.subscriptions);
    return;
  }
  if (reply.kind != ReplyKind::kFirmware) return;
  const FirmwareFields fields = parse_firmware(reply.text);
  dialect_ = &choose_dialect(fields.name);
  s_.dialect = dialect_->id;
  s_.poller.identified(fields.name, *dialect_, s_.subscriptions);
}

// --- whose line is it -------------------------------------------------------------------------------------------------

Verdict Arbiter::decide(const Reply& reply, std::string_view line, Time now) {
  // Reports are printed in one go, with nothing between their lines, however late some of them arrive. A line that was asked
  // for since the last one may be that answer. Only these two are judged by what stood before them.
  const bool follows = reply.kind == ReplyKind::kFans || reply.kind == ReplyKind::kPosition;
  const bool asked_since = follows && s_.in_flight.any_host([this](const InFlight& e) {
    return (e.code == 114 || e.code == 123) && e.sent > s_.last_report_at;
  });
  const LastReport after = asked_since ? LastReport::kNone : s_.last_report;
  s_.last_report_at = now;
  s_.last_report = reply.kind == ReplyKind::kTemperature                                     ? LastReport::kTemperature
                   : reply.kind == ReplyKind::kPosition && after == LastReport::kTemperature ? LastReport::kPosition
                                                                                             : LastReport::kNone;
  if (reply.kind == ReplyKind::kStart) return Verdict::kPass;
  if (reply.carries_ok) return on_ok(reply, line, now);
  if (reply.kind == ReplyKind::kError && reply.is_number_error) return on_error(reply);
  if (reply.kind == ReplyKind::kResend) return on_resend(reply, now);
  if (answers_own(reply, line)) {
    InFlight& own = s_.in_flight[0];
    own.payload_seen = !is_memory_heading(line);
    own.payload_at = now;
    own.doubtful = false;  // it is alive
    s_.hold_until = std::min(std::max(s_.hold_until, now + kAnswerRuns), own.sent + kLongestHold);
    if (reply.kind == ReplyKind::kUnknownCommand) s_.poller.unsupported(own.query);
    return Verdict::kWithhold;
  }
  if (reply.kind == ReplyKind::kUnknownCommand && rejects_a_scrap(line)) s_.stray_ok = true;
  if (reply.text == kNoSensors && s_.in_flight.size() > 0) s_.in_flight[0].payload_seen = true;
  const bool torn = is_report(reply.kind) && !is_whole_report(line);
  // What nobody understands may be the own answer, spoiled: from now on its place in the line proves nothing.
  if (const auto own = s_.in_flight.own();
      own && (torn || reply.kind == ReplyKind::kUnknown || reply.kind == ReplyKind::kUnknownCommand))
    s_.in_flight[*own].doubtful = true;
  if (torn) return Verdict::kPass;
  if (may_answer(reply.kind) && s_.in_flight.size() > 0 && s_.in_flight[0].is_own()) s_.own_answer_strange = true;
  switch (reply.kind) {
    case ReplyKind::kTemperature:
    case ReplyKind::kFans:
    case ReplyKind::kPosition:
    case ReplyKind::kSdPosition:
    case ReplyKind::kSdIdle: return show_report(reply, after, now);
    default: return Verdict::kPass;
  }
}

// "echo:Unknown command: "M27"". With host commands behind the own line it must say every byte of it, and none of them
// may have said the same.
bool Arbiter::rejects_own(std::string_view line) const {
  const InFlight& own = s_.in_flight[0];
  const std::string_view text = s_.own.text.view();
  if (s_.printer.sd_printing) return false;  // the file on the card may say anything
  if (s_.in_flight.host_count() == 0) return names_own(line, text);
  // What was given up may have been an M27 too; but no host asks for "D3 Ax0eff C8".
  const bool all_known = s_.in_flight.overflow() == 0 && (s_.given_up == 0 || own.code < 0);
  const auto may_say_it = [&](const InFlight& e) {
    return e.letter == 0 || (e.letter == text.front() && e.code == own.code);
  };
  return all_known && !s_.in_flight.any_host(may_say_it) && names_own_exactly(line, text);
}

// A Resend's flush cut a line in two, and the printer took its end for a command: "echo:Unknown command: "4"(2)". Its ok
// is for none that the host waits for.
bool Arbiter::rejects_a_scrap(std::string_view line) const {
  if (!s_.recovering || s_.in_flight.size() == 0 || line.find('"') == std::string_view::npos) return false;
  const InFlight& first = s_.in_flight[0];
  return !first.is_own() && first.letter != 0 && parse_command(rejected_text(line)).letter == 0;
}

bool Arbiter::answers_own(const Reply& reply, std::string_view line) const {
  if (s_.in_flight.size() == 0 || !s_.in_flight[0].is_own()) return false;
  if (reply.kind == ReplyKind::kUnknownCommand) return rejects_own(line);
  const InFlight& own = s_.in_flight[0];
  if (own.doubtful && s_.in_flight.any_host([&own](const InFlight& e) { return e.code == own.code; })) return false;
  if (s_.own.seconds > 0) return false;  // a report is set up: a bare ok is all
  switch (s_.in_flight[0].query) {
    // The only answer to an M105 that is not its ok.
    case Query::kM105: return reply.text == kNoSensors && s_.in_flight.host_count() == 0;
    case Query::kM115:
      return reply.kind == ReplyKind::kFirmware || reply.kind == ReplyKind::kCapability || line.starts_with("area:");
    case Query::kM27:
      return reply.kind == ReplyKind::kSdPosition || reply.kind == ReplyKind::kSdIdle ||
             reply.kind == ReplyKind::kSdPaused || reply.kind == ReplyKind::kSdTime ||
             (reply.kind == ReplyKind::kSdFile && looks_like_file(line));
    case Query::kM73: return reply.kind == ReplyKind::kProgress;
    case Query::kM114: return reply.kind == ReplyKind::kPosition;
    case Query::kM123: return reply.kind == ReplyKind::kFans;
    case Query::kM220:
    case Query::kM221: return reply.kind == ReplyKind::kPercent;
    case Query::kSerialNumber: return reply.kind == ReplyKind::kSerialNumber || trimmed(line) == "Not in farm mode.";
    case Query::kStatistics: return reply.kind == ReplyKind::kStatistics;
    case Query::kEeprom: return is_memory_dump(line) || is_memory_heading(line);
    case Query::kNozzle: return whole_number(line).has_value();
    default: return false;
  }
}

}  // namespace gcode
