// The printer's part of the arbiter: which command a line answers. Content decides first; if it cannot, the line is the
// host's.
#include <algorithm>
#include <array>
#include <utility>

#include "gcode/line/rules.h"
#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

using std::chrono::milliseconds;

// Once the answer to an injected query has begun, its other lines follow at line rate; host lines wait a little longer
// for its end.
constexpr line::Time kAnswerRuns = milliseconds(25);
constexpr line::Time kLongestHold = milliseconds(500);
// A printer says `wait` once a second.
constexpr line::Time kWaitsApart = milliseconds(500);

printer::LineClass class_of(const reply::Reply& reply) {
  switch (reply.kind) {
    case reply::ReplyKind::kOk:
    case reply::ReplyKind::kOkTemperature: return printer::LineClass::kOk;
    case reply::ReplyKind::kTemperature:
    case reply::ReplyKind::kHeating: return printer::LineClass::kTemperature;
    case reply::ReplyKind::kPosition: return printer::LineClass::kPosition;
    case reply::ReplyKind::kFans: return printer::LineClass::kFan;
    case reply::ReplyKind::kBusy: return printer::LineClass::kBusy;
    case reply::ReplyKind::kEcho:
    case reply::ReplyKind::kBoot:
    case reply::ReplyKind::kUnknownCommand: return printer::LineClass::kEcho;
    case reply::ReplyKind::kError: return printer::LineClass::kError;
    case reply::ReplyKind::kResend: return printer::LineClass::kResend;
    case reply::ReplyKind::kAction: return printer::LineClass::kAction;
    case reply::ReplyKind::kMmu: return printer::LineClass::kMmu;
    default: return printer::LineClass::kOther;
  }
}

bool may_end_print(const reply::Reply& reply) {
  switch (reply.kind) {
    case reply::ReplyKind::kStart:
    case reply::ReplyKind::kPowerPanic:
    case reply::ReplyKind::kAction: return true;
    case reply::ReplyKind::kError: return !reply.is_number_error;
    default: return false;
  }
}

// What is written to a file is answered by plain oks. These are printed by M105, M20, M23 or M28, M109.
bool is_no_answer_to_data(const reply::Reply& reply) {
  switch (reply.kind) {
    case reply::ReplyKind::kOkTemperature:
    case reply::ReplyKind::kListBegin:
    case reply::ReplyKind::kHeating: return true;
    case reply::ReplyKind::kSdFile: return reply.answer != reply::AnswerForm::kRawName;
    default: return false;
  }
}

bool is_torn(const reply::Reply& reply) { return reply::is_report(reply.kind) && !reply.is_whole_report; }

// Text that may answer a query and that is never printed unasked in a known form.
bool may_answer(reply::ReplyKind kind) {
  return kind == reply::ReplyKind::kUnknown || kind == reply::ReplyKind::kAnswer;
}

}  // namespace

Verdict Arbiter::printer_line(const reply::Reply& reply, line::Time now) {
  // The text that the reset cut off may have swallowed `start`: a line that names a reset cause also proves a restart.
  if (reply.has_reset_cause && s_.boot.is_over()) {
    reply::Reply start;
    start.kind = reply::ReplyKind::kStart;
    learn(start, now);
  }
  count(reply);
  learn(reply, now);
  identify(reply);
  return decide(reply, now);
}

// --- updates that no verdict depends on -- ---------------------------------------------------------------------------

void Arbiter::learn(const reply::Reply& reply, line::Time now) {
  const bool was_injected_only = s_.in_flight.injected().has_value();
  const std::int32_t question = s_.in_flight.size() > 0 ? s_.in_flight[0].code : -1;
  if (may_end_print(reply)) remember_stream(now);
  if (reply.kind == reply::ReplyKind::kStart) {
    s_.subscriptions.printer_restarted();
    on_start(now);
  }
  s_.printer.reply(reply, question, *dialect_, now);
  if (was_injected_only && question == 862 && s_.injection.line.query == printer::Query::kNozzle &&
      reply.answer == reply::AnswerForm::kNumber && reply.answer_number > 0.05F && reply.answer_number < 3.0F)
    s_.printer.nozzle_diameter.set(reply.answer_number, now);
  s_.prints.reply(reply, s_.printer, *dialect_, now);
  s_.mmu.reply(reply);
  planner_hears(reply);
  s_.lifetime.reply(reply);
  note(reply, now);
}

void Arbiter::count(const reply::Reply& reply) {
  printer::LinkCounters& c = s_.counters;
  ++c.receive_lines[class_of(reply)];
  switch (reply.kind) {
    case reply::ReplyKind::kUnknown: ++c.unparsed_lines; break;
    case reply::ReplyKind::kUnknownCommand: ++c.rejected_commands[printer::RejectReason::kUnknown]; break;
    case reply::ReplyKind::kOverflow: ++c.receive_buffer_overflows; break;
    case reply::ReplyKind::kResend: ++c.resends[s_.resend_reason]; break;
    case reply::ReplyKind::kError:
      if (reply.is_number_error) {
        s_.resend_reason = reply.resend_reason;
      } else {
        ++c.errors[reply.error];
      }
      break;
    case reply::ReplyKind::kAction: ++c.host_actions[reply.action]; break;
    case reply::ReplyKind::kRunout: ++c.filament_runouts; break;
    case reply::ReplyKind::kCrash: ++c.crashes[reply.crash_axis]; break;
    case reply::ReplyKind::kPowerPanic: ++c.power_panics; break;
    case reply::ReplyKind::kEcho:
      if (reply.cold_extrusion) ++c.rejected_commands[printer::RejectReason::kColdExtrusion];
      break;
    default: break;
  }
  if (reply.kind == reply::ReplyKind::kResend) s_.resend_reason = reply::ResendReason::kOther;
}

// The last line sent may have reached the restarted printer's buffer and be answered after the boot text; older lines
// are lost. An injected query is abandoned at the end of the boot text: tick().
void Arbiter::keep_only_latest(line::Time now) {
  for (std::size_t i = s_.in_flight.size(); i-- > 0;) {
    InFlight& entry = s_.in_flight[i];
    entry.ack = entry.is_injected() ? Ack::kBeforeRestart : Ack::kOptional;
    entry.payload_at = line::kNever;
    if (now - entry.sent > kBootAfterStart) s_.in_flight.erase(i);
  }
}

void Arbiter::on_start(line::Time now) {
  keep_only_latest(now);
  s_.poller.printer_restarted();
  s_.poller.apply(settings_, s_.subscriptions);
  s_.injection.on(Injection::Event::kStopped);
  s_.injection.reception = Injection::Reception::kNormal;
  s_.injection.waiting_since = line::kNever;
  s_.injection.hold_until = now;
  s_.late.restarted();
  s_.recovery.restarted();
  s_.upload.on(Upload::Event::kEnd);
  s_.comment = Comment::kNone;
  s_.host_stream.switch_meatpack(false);
  // The rest of a packet may reach the restarted printer as the beginning of a line.
  if (s_.host_stream.is_binary()) s_.host_stream.on(HostStream::Event::kPartPassed);
  s_.host_stream.end_binary();
  s_.last_number = -1;
  s_.empty_since = line::kNever;
  s_.planner.printer_restarted();
}

void Arbiter::note(const reply::Reply& reply, line::Time now) {
  count_reset(s_.boot.reply(reply, dialect_->boot_quiet, now));
  if (s_.boot.is_over()) s_.printer.contact.on(printer::Contact::Event::kBootEnds);
  if (reply.kind == reply::ReplyKind::kBusy || reply.kind == reply::ReplyKind::kHeating) s_.last_progress_line = now;
  if (reply.says_wait) s_.heating_says_w = true;
  if (reply.kind == reply::ReplyKind::kPowerPanic) {
    if (const auto injected = s_.in_flight.injected())
      s_.in_flight[*injected].doubt();  // its answer may be the line that was torn
  }
  if (reply.kind == reply::ReplyKind::kWait) on_wait(now);
  else if (!reply::is_report(reply.kind)) s_.waits_since = line::kNever;
  if (reply.kind == reply::ReplyKind::kOverflow) on_overflow(reply);
  note_binary(reply);
  if (reply.kind == reply::ReplyKind::kUploadBegin && !s_.host_stream.is_binary()) on_upload_begin();
  if (reply.kind == reply::ReplyKind::kUploadEnd || reply.kind == reply::ReplyKind::kSdCard ||
      (s_.upload.is_ending() && is_no_answer_to_data(reply)))
    s_.upload.on(Upload::Event::kEnd);
  if (reply.kind == reply::ReplyKind::kMeatPack) s_.host_stream.switch_meatpack(reply.meatpack_on);
  if (reply.carries_ok) s_.last_ok = now;
}

// The printer has had no command for a second. Its line may be old, since USB can stall: only a second one in a row
// shows that what was sent before the first is answered, and not if the two arrive together.
void Arbiter::on_wait(line::Time now) {
  const line::Time before = std::exchange(s_.waits_since, now);
  if (before == line::kNever || now - before < kWaitsApart) return;
  const auto is_over = [&](const InFlight& e) { return e.sent < before && (!e.is_injected() || e.overdue); };
  while (s_.in_flight.size() > 0 && is_over(s_.in_flight[0])) drop_before(1);
}

// Lines sent behind M28 are written to the file, whatever their text. A restarted printer may have had the M28 in its
// buffer.
void Arbiter::on_upload_begin() {
  if (s_.upload.may_begin() || s_.in_flight.first_of(command::CommandKind::kUploadBegin))
    s_.upload.on(Upload::Event::kConfirmed);
  bool behind = false;
  for (std::size_t i = 0; i < s_.in_flight.size(); ++i) {
    InFlight& entry = s_.in_flight[i];
    if (behind && !entry.is_injected() && entry.kind != command::CommandKind::kUploadEnd)
      entry = written_to_file(entry);
    behind = behind || entry.kind == command::CommandKind::kUploadBegin;
  }
}

// A firmware without binary transfers opens a file of that name, or refuses M28. Inside a transfer the same texts tell
// of the file that is written; an answer to M105 proves that there is none.
void Arbiter::note_binary(const reply::Reply& reply) {
  switch (reply.kind) {
    case reply::ReplyKind::kEcho:
      if (host_is_attached() && reply.text == "Switching to Binary Protocol") {
        s_.upload.on(Upload::Event::kEnd);
        s_.host_stream.begin_binary();
      }
      break;
    case reply::ReplyKind::kUploadBegin:
    case reply::ReplyKind::kUnknownCommand:
    case reply::ReplyKind::kSdFile:
    case reply::ReplyKind::kSdCard:
    case reply::ReplyKind::kError: s_.host_stream.m28_answered(false); break;
    case reply::ReplyKind::kOkTemperature:
      if (s_.host_stream.is_binary()) s_.host_stream.end_binary();
      break;
    default: break;
  }
}

// The printer discarded bytes: the beginning of a line that did not continue, or the content of its full buffer.
void Arbiter::on_overflow(const reply::Reply& reply) {
  if (reply.overflow_was_timeout) {
    s_.host_stream.on(HostStream::Event::kDiscarded);
    return;
  }
  for (std::size_t i = 0; i < s_.in_flight.size(); ++i) s_.in_flight[i].doubt();
}

void Arbiter::use_dialect(const dialect::Dialect& row) {
  dialect_ = &row;
  s_.dialect = row.id;
}

void Arbiter::identify(const reply::Reply& reply) {
  if (reply.kind == reply::ReplyKind::kCapability) {
    use_dialect(dialect::with_modern_marlin(*dialect_));
    s_.poller.capability(reply.text, reply.capability_on, s_.subscriptions);
    return;
  }
  if (!reply.has_firmware) return;
  // A line with an address is an answer to M115 only while an M115 is in flight.
  if (reply.is_guess && (s_.in_flight.size() == 0 || s_.in_flight[0].code != 115)) return;
  const reply::FirmwareFields fields = reply::parse_firmware(reply.text);
  use_dialect(dialect::choose_dialect(fields.name, fields.has_source_url));
  s_.poller.identified(fields.name, *dialect_, s_.subscriptions);
}

// --- whose line is it ------------------------------------------------------------------------------------------------

// The lines of a report are printed together, with nothing between them, however late some of them arrive. A line that
// was queried since the last one may be that answer. Only these two kinds depend on the line before them.
LastReport Arbiter::report_before(const reply::Reply& reply) const {
  if (reply.kind != reply::ReplyKind::kFans && reply.kind != reply::ReplyKind::kPosition) return s_.last_report;
  const bool asked_since = s_.in_flight.any_host(
      [this](const InFlight& e) { return (e.code == 114 || e.code == 123) && e.sent > s_.last_report_at; });
  return asked_since ? LastReport::kNone : s_.last_report;
}

void Arbiter::note_report(const reply::Reply& reply, LastReport after, line::Time now) {
  s_.last_report_at = now;
  const bool follows = reply.kind == reply::ReplyKind::kPosition && after == LastReport::kTemperature;
  s_.last_report = follows ? LastReport::kPosition : LastReport::kNone;
  if (reply.kind != reply::ReplyKind::kTemperature) return;
  s_.last_report = LastReport::kTemperature;
  s_.last_report_read = now;
}

namespace {

using enum LineOwner;
struct VerdictRule {
  LineOwner when;
  const char* why;
};
// clang-format off
constexpr std::array kVerdictRules{
    VerdictRule{kAck,              "an ok has rules of its own: kOkRules"},
    VerdictRule{kRejection,        "a Resend follows"},
    VerdictRule{kResendRequest,    "the in-flight queue changes with it"},
    VerdictRule{kAnswersInjected,  "it answers the query in flight"},
    VerdictRule{kAnswersLate,      "Repetier prints its ok before the answer to M115"},
    VerdictRule{kTornReport,       "nobody knows whose"},
    VerdictRule{kUnreadableReport, "the agent's own reports in a form that it cannot read end"},
    VerdictRule{kReport,           "the host sees the reports that it asked for"},
    VerdictRule{kOther,            "what the agent did not cause is the host's"},
};
// clang-format on

}  // namespace

[[gnu::always_inline]] inline bool Arbiter::holds(LineOwner owner, const reply::Reply& reply, line::Time now) const {
  switch (owner) {
    case kAck: return reply.carries_ok;
    case kRejection: return reply.kind == reply::ReplyKind::kError && reply.is_number_error;
    case kResendRequest: return reply.kind == reply::ReplyKind::kResend;
    case kAnswersInjected: return answers_injected(reply);
    case kAnswersLate:
      return (reply.kind == reply::ReplyKind::kFirmware || reply.kind == reply::ReplyKind::kCapability ||
              reply.answer == reply::AnswerForm::kArea) &&
             is_late_answer_due(printer::Query::kM115, now);
    case kTornReport: return is_torn(reply);
    case kUnreadableReport: return is_unreadable_report(reply);
    case kReport:
      return reply::is_report(reply.kind) || reply.kind == reply::ReplyKind::kSdPosition ||
             reply.kind == reply::ReplyKind::kSdIdle;
    case kOther: break;
  }
  return true;
}

Verdict Arbiter::decide(const reply::Reply& reply, line::Time now) {
  const LastReport after = report_before(reply);
  note_report(reply, after, now);
  const std::size_t rule =
      line::first_rule<kVerdictRules>([&](auto row) { return holds(kVerdictRules[row].when, reply, now); });
  switch (kVerdictRules[rule].when) {
    case kAck: return without_cut_report(reply, on_ok(reply, now), after, now);
    case kRejection: return on_error(reply);
    case kResendRequest: return on_resend(reply, now);
    case kAnswersInjected: take_answer(reply, now); return Verdict::kWithhold;
    case kAnswersLate: return Verdict::kWithhold;
    case kUnreadableReport: s_.subscriptions.unreadable(); return Verdict::kWithhold;
    case kReport: return show_report(reply, after, now);
    case kTornReport:
    case kOther:
      end_reports_that_cut_oks(reply);
      doubt_injected(reply);
      break;
  }
  return Verdict::kPass;
}

void Arbiter::take_answer(const reply::Reply& reply, line::Time now) {
  InFlight& injected = s_.in_flight[0];
  injected.payload_at = reply.answer != reply::AnswerForm::kMemoryHeading ? now : line::kNever;
  injected.ack = Ack::kOwed;  // it was not lost
  s_.injection.hold_until =
      std::min(std::max(s_.injection.hold_until, now + kAnswerRuns), injected.sent + kLongestHold);
  if (reply.kind == reply::ReplyKind::kUnknownCommand) s_.poller.unsupported(injected.query);
  if (reply.kind == reply::ReplyKind::kTemperature) odd_m105_answer(now);
}

// A line that no rule knows may be the query's garbled answer: from now on its position in the queue proves nothing.
void Arbiter::doubt_injected(const reply::Reply& reply) {
  if (reply.kind == reply::ReplyKind::kUnknownCommand && rejects_a_fragment(reply)) s_.late.fragments = 1;
  if (s_.in_flight.size() == 0) return;
  if (reply.answer == reply::AnswerForm::kNoSensors) s_.in_flight[0].payload_at = {};
  const auto injected = s_.in_flight.injected();
  if (!injected) return;
  if (is_torn(reply) || reply.kind == reply::ReplyKind::kUnknown ||
      (reply.kind == reply::ReplyKind::kUnknownCommand && !rejects_host_command(reply)))
    s_.in_flight[*injected].doubt();
  if (*injected == 0 && may_answer(reply.kind)) s_.injection.reception = Injection::Reception::kStrange;
}

}  // namespace gcode::relay
