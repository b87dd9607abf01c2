// Decides the owner of an ok. oks are not 1:1 with lines (P 1.5): content decides first, then the
// order; an unconfirmed ok is the host's.
#include <algorithm>
#include <array>
#include <utility>

#include "gcode/line/rules.h"
#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

using std::chrono::milliseconds;

printer::LatencyKind latency_kind(const InFlight& entry) {
  switch (entry.kind) {
    case command::CommandKind::kMotion: return printer::LatencyKind::kMotion;
    case command::CommandKind::kTemperature:
    case command::CommandKind::kQuery:
    case command::CommandKind::kListing: return printer::LatencyKind::kQuery;
    default: return printer::LatencyKind::kOther;
  }
}

// Printed together with the text before it. If the ok comes later and a host command waits, the ok may belong to that.
bool ok_follows_payload(const InFlight& injected, line::Time now) {
  return injected.payload_seen() && !injected.is_unconfirmed() && now - injected.payload_at < milliseconds(30);
}

// These print their ok first and remove themselves from the queue; what is behind them then gets a duplicate ack
// (P 1.5).
bool acknowledges_early(const InFlight& e) { return e.code == 25 || e.code == 125 || e.code == 601 || e.code == 603; }
constexpr line::Time kEarlyOkRuns = std::chrono::seconds(5);
// A command that was sent this soon behind it may be in the queue. Its first ok may be the duplicate, and the printer
// may stop for a while before its own.
constexpr line::Time kSentBehind = std::chrono::seconds(1);
constexpr line::Time kOwnOkFollows = std::chrono::seconds(2);

constexpr line::Time kProbeAfterFault = std::chrono::seconds(3);

// Nothing in this ok is garbled, so it is no answer to M105.
bool is_bare(const reply::Reply& reply) {
  return reply.planner_free >= 0 || reply.ok_number || reply.ok_form == reply::OkForm::kBare;
}

constexpr line::Time kResendOkFollows = milliseconds(250);

// The lines behind the ok of an odd answer follow it, unless USB stalls within them.
constexpr line::Time kLateAnswer = std::chrono::seconds(5);

// The duplicate ack of an M105 (P 0.2) is printed together with its answer.
constexpr line::Time kExtraOkFollows = milliseconds(20);

}  // namespace

void Arbiter::forget_resend_ok() {
  if (s_.recovery.ok_due()) ++s_.counters.missing_oks;
  s_.recovery.on(Recovery::Event::kOk);
}

Verdict Arbiter::on_ok(const reply::Reply& reply, line::Time now) {
  planner_free_ = reply.planner_free;
  // The Resend's ok is printed right behind it. Once the host has sent the line again, a later ok is for that.
  if (s_.recovery.is_resent() && now - s_.recovery.since() > kResendOkFollows) forget_resend_ok();
  if (s_.recovery.ok_due() && reply.kind != reply::ReplyKind::kOkTemperature) {
    s_.recovery.on(Recovery::Event::kOk);
    if (s_.injection.reception != Injection::Reception::kRejected) return Verdict::kPass;
    s_.injection.reception = Injection::Reception::kNormal;
    if (s_.in_flight.injected()) finish_injected(printer::QueryOutcome::kTimeout, now);
    return Verdict::kWithhold;
  }
  const Verdict first =
      reply.kind == reply::ReplyKind::kOkTemperature ? on_temperature_ok(reply, now) : on_plain_ok(reply, now);
  const Verdict verdict = on_oks_behind(reply, first, now);
  // "okok" acknowledges two commands, and the host sees one. An answer to M105 tells by itself what is answered.
  const int oks = reply.kind == reply::ReplyKind::kOk && !reply.ok_number ? reply.ok_count : 1;
  for (int more = oks; more > 1 && s_.in_flight.size() > 0 && !s_.in_flight[0].is_injected(); --more) {
    ++s_.counters.missing_oks;
    acknowledge(now);
  }
  after_ok(now);
  // No host sees an ok behind other text, but the text may be for it.
  const bool only_text = reply.ok_form == reply::OkForm::kGlued && !reply.text.empty() && reply.planner_free < 0 &&
                         !reply.ok_number && reply.kind == reply::ReplyKind::kOk;
  return only_text ? Verdict::kPass : verdict;
}

// "okT:25.0 /0.0" may be the ok and the next line of a firmware that prints them apart: it teaches nothing about the form
// of this printer's answers.
Verdict Arbiter::on_temperature_ok(const reply::Reply& reply, line::Time now) {
  const bool teaches = reply.ok_form == reply::OkForm::kFields;
  const auto first = s_.in_flight.first_of(command::CommandKind::kTemperature);
  if (!first) {
    const line::Time overtaken_until = std::exchange(s_.late.overtaken_until, {});
    if (now < overtaken_until) {
      (void)LateAcks::take(s_.late.abandoned_queries);
      restore_overtaking();
      return Verdict::kWithhold;
    }
    // No M105 of the host is in flight that could have caused it.
    const bool is_sure = s_.in_flight.host_count() == 0 ||
                         (overtaken_until == line::Time::zero() && s_.in_flight.overflow() == 0 && !awaits_expired());
    return is_sure && LateAcks::take(s_.late.abandoned_queries) ? Verdict::kWithhold : Verdict::kPass;
  }
  s_.late.surplus = s_.late.expired_commands = 0;  // of commands before this one: they have come or never will
  const bool injected = s_.in_flight[*first].is_injected();
  // The injected query may have been lost in a flush; if the host has sent the same query, the answer is the host's.
  if (injected && s_.in_flight[*first].is_unconfirmed() &&
      s_.in_flight.any_host([](const InFlight& e) { return e.kind == command::CommandKind::kTemperature; })) {
    drop_before(*first);
    s_.in_flight.erase(0);
    ++s_.counters.queries[printer::Query::kM105][printer::QueryOutcome::kTimeout];
    s_.late.abandoned_queries = 1;
    return on_temperature_ok(reply, now);
  }
  if (*first > 0) s_.injection.no_probe_before = now + kProbeAfterFault;  // it was right to doubt
  drop_before(*first);
  const bool more_behind = s_.in_flight.host_count() > (injected ? 0U : 1U);
  if (injected) {
    if (!teaches) s_.injection.reception = Injection::Reception::kStrange;
    finish_injected(printer::QueryOutcome::kAnswered, now);
    if (more_behind && dialect_->duplicate_ack_after_m105) s_.late.duplicate_until = now + kExtraOkFollows;
    return Verdict::kWithhold;
  }
  if (teaches) s_.poller.answered(printer::Query::kM105);  // in the form that shows whose it is
  acknowledge(now);
  if (more_behind && dialect_->duplicate_ack_after_m105) expect_duplicate_ack(now);
  return Verdict::kPass;
}

// The first M105s to a firmware that has not answered one in the known form yet, alone on a line that the host does not
// use: whatever comes is the answer. "ok 12" and then "T:24.5 ..." (Repetier), "T:24.5 ..." and then "ok" (old
// RepRapFirmware).
bool Arbiter::is_first_m105(line::Time now) const {
  return s_.in_flight.size() == 1 && can_answer_in_any_form() && now - s_.last_host_line > kHostIsDone;
}

// The first in flight is an M105, and the printer prints no temperatures by itself.
bool Arbiter::can_answer_in_any_form() const {
  return s_.in_flight.overflow() == 0 && s_.in_flight[0].query == printer::Query::kM105 &&
         !s_.poller.understands(printer::Query::kM105) && !s_.printer.sd_printing &&
         !s_.subscriptions.is_on(Report::kTemperature);
}

// The printer answers in the order of the lines: what was sent behind the M105 is not answered yet. The oks that came in
// between were for commands before it, which had left the queue by oks too many ("M118 ok" prints one).
void Arbiter::restore_overtaking() {
  s_.counters.unexpected_oks += s_.late.overtaking;
  for (; s_.late.overtaking > 0; --s_.late.overtaking) s_.in_flight.insert_front({});
}

void Arbiter::odd_m105_answer(line::Time now) {
  s_.poller.odd_temperatures();
  s_.injection.reception = Injection::Reception::kStrange;
  if (!s_.in_flight[0].payload_seen()) s_.late.answer_until = now + kLateAnswer;
}

// The next ok may be a second one for the command that was acknowledged last.
void Arbiter::expect_duplicate_ack(line::Time now) {
  InFlight extra;
  extra.sent = now;
  extra.ack = Ack::kOptional;
  extra.optional_until = now + kExtraOkFollows;
  s_.in_flight.insert_front(extra);
}

// Concerns the one M105 in flight, or the two of the agent. The answer is "ok T:..."; a bare ok was for something before
// it that is not in the queue ("M118 ok" has two, and so has a host's M600), and the answer still comes. An answer
// garbled by noise would not leave a clean ok.
bool Arbiter::is_no_answer_to_m105(const reply::Reply& reply) const {
  const InFlightQueue& queue = s_.in_flight;
  if (queue.size() == 0 || queue.overflow() > 0 || queue[0].kind != command::CommandKind::kTemperature) return false;
  if (queue.size() > 1 && (queue.host_count() > 0 || queue[1].kind != command::CommandKind::kTemperature)) return false;
  // A firmware that was never seen to do so may answer by an ok alone, with the temperatures before or behind it.
  if (!s_.in_flight[0].is_injected() && !s_.poller.understands(printer::Query::kM105)) return false;
  return !s_.in_flight[0].is_optional() && !s_.in_flight[0].payload_seen() && is_bare(reply);
}

// --- whose is a plain ok? The first rule that holds decides --------------------------------------------------------

namespace {

using enum OkCondition;
using enum OkAction;
struct OkRule {
  OkCondition when;
  OkAction then;
  const char* why;
};
// clang-format off
constexpr std::array kOkRules{
    OkRule{kFragmentIsDue,        kPassFragment,    "a fragment of a line was taken for a command, which is of neither side"},
    OkRule{kNamesOldLine,         kCountUnexpected, "an ok too many took the place of this one"},
    OkRule{kNamesNoneInSurplus,   kTakeSurplus,     "the host got an injected query's ok in its place"},
    OkRule{kNoneWaitsInSurplus,   kTakeSurplus,     "the host got an injected query's ok in its place"},
    OkRule{kNoneWaits,            kCountUnexpected, "no command waits for it"},
    OkRule{kM105WaitsInSurplus,   kTakeSurplus,     "M105 is answered by more than an ok"},
    OkRule{kM105Waits,            kCountUnexpected, "M105 is answered by more than an ok"},
    OkRule{kExpiredIsDue,         kCountUnexpected, "a command that expired before the M105 is answered late"},
    OkRule{kHostIsFirst,          kAcknowledge,     "the oldest command is the host's"},
    OkRule{kAnswerIsOvertaken,    kQueryWasLost,    "the query was lost, or an earlier command is not in the queue"},
    OkRule{kIsCertainlyInjected,  kAnswerInjected,  "no command of the host can have caused it"},
    OkRule{kInjectedByLast,       kPassInDoubt,     "the query is from before a restart: the next ok, or none, tells"},
    OkRule{kAlways,               kPassForSurplus,  "a host command is behind, and nothing proves that it is not for it"},
};
// clang-format on

}  // namespace

// The first in the queue is the injected query: no command of the host behind it can have caused this ok.
bool Arbiter::is_certainly_injected(const reply::Reply& reply, line::Time now) const {
  const InFlightQueue& queue = s_.in_flight;
  if (queue.host_count() == 0 || ok_follows_payload(queue[0], now)) return true;
  if (queue.overflow() > 0) return false;
  // M105 is answered by more than an ok.
  const auto is_no_m105 = [](const InFlight& e) { return e.kind != command::CommandKind::kTemperature; };
  if (is_bare(reply) && s_.poller.understands(printer::Query::kM105) && !queue.any_host(is_no_m105)) return true;
  // An ADVANCED_OK without a line number is not for a numbered line.
  const auto has_no_number = [](const InFlight& e) { return e.number < 0; };
  return reply.planner_free >= 0 && !reply.ok_number && !queue.any_host(has_no_number);
}

[[gnu::always_inline]] inline bool Arbiter::holds(OkCondition when, const reply::Reply& reply, line::Time now) const {
  const InFlightQueue& queue = s_.in_flight;
  const auto names_none = [&] { return reply.ok_number && !queue.numbered(*reply.ok_number); };
  const auto waits_for_m105 = [&] { return is_no_answer_to_m105(reply) && !is_first_m105(now); };
  switch (when) {
    case kFragmentIsDue: return s_.late.fragments > 0;
    case kNamesOldLine: return names_none() && queue.size() > 0 && queue[0].number > *reply.ok_number;
    case kNamesNoneInSurplus: return s_.late.surplus > 0 && names_none();
    case kNoneWaitsInSurplus: return queue.empty() && s_.late.surplus > 0;
    case kNoneWaits: return queue.empty();
    case kM105WaitsInSurplus: return s_.late.surplus > 0 && waits_for_m105();
    case kM105Waits: return waits_for_m105();
    case kExpiredIsDue:
      return queue.size() > 0 && queue[0].query == printer::Query::kM105 && awaits_expired() && is_bare(reply);
    case kHostIsFirst: return queue.size() == 0 || !queue[0].is_injected();
    case kAnswerIsOvertaken:
      return queue[0].query == printer::Query::kM105 && s_.poller.understands(printer::Query::kM105) &&
             queue.host_count() > 0 && is_bare(reply);
    case kIsCertainlyInjected: return is_certainly_injected(reply, now);
    case kInjectedByLast: return queue[0].is_optional();
    case kAlways: break;
  }
  return true;
}

Verdict Arbiter::on_plain_ok(const reply::Reply& reply, line::Time now) {
  if (now <= std::exchange(s_.late.duplicate_until, -std::chrono::hours(1))) ++s_.late.surplus;
  if (reply.ok_number) {  // ADVANCED_OK names the line
    if (const auto index = s_.in_flight.numbered(*reply.ok_number)) {
      drop_before(*index);
      s_.late.surplus = 0;
    }
  }
  while (s_.in_flight.size() > 0 && now > s_.in_flight[0].optional_until) s_.in_flight.erase(0);
  const std::size_t rule = line::first_rule<kOkRules>([&](auto row) { return holds(kOkRules[row].when, reply, now); });
  return take_ok(kOkRules[rule].then, reply, now);
}

Verdict Arbiter::take_ok(OkAction action, const reply::Reply& reply, line::Time now) {
  switch (action) {
    case kPassFragment: --s_.late.fragments; return Verdict::kPass;
    case kCountUnexpected:
      ++s_.counters.unexpected_oks;
      if (s_.late.expired_commands > 0) --s_.late.expired_commands;
      s_.comment = Comment::kNone;  // it answers the line with the comment, which was not dropped then
      return Verdict::kPass;
    case kTakeSurplus:
      --s_.late.surplus;
      // "echo:Active Extruder: 0ok" carries more than an ok.
      return reply.ok_form == reply::OkForm::kGlued ? Verdict::kPass : Verdict::kWithhold;
    case kAcknowledge: {
      // A printer that is not identified may be a Prusa: "ok p:16.13 i:1.16 d:56.23" has an ok of its own behind it.
      const bool may_owe_two = s_.in_flight.size() > 0 &&
                               s_.in_flight[0].kind == command::CommandKind::kPidParameters &&
                               s_.in_flight[0].oks == 1 && reply.ok_form == reply::OkForm::kGains;
      acknowledge(now);
      s_.late.abandoned_queries = 0;  // the agent's queries that were abandoned were sent before it
      if (may_owe_two && dialect_->pid_parameters_owe_two) expect_duplicate_ack(now);
      return Verdict::kPass;
    }
    case kQueryWasLost:
      lose_m105s(now);
      acknowledge(now);
      return Verdict::kPass;
    case kAnswerInjected: return answer_injected(now);
    case kPassInDoubt:
      lose_injected();
      if (s_.in_flight.size() > 0) s_.in_flight[0].doubt();
      return Verdict::kPass;
    case kPassForSurplus:
      lose_injected();
      // If the injected query was not lost, one surplus ack will come at the end, with no command waiting.
      ++s_.late.surplus;
      lose_m105s(now);
      if (!s_.in_flight.empty()) acknowledge(now);
      return Verdict::kPass;
  }
  return Verdict::kPass;
}

Verdict Arbiter::answer_injected(line::Time now) {
  const InFlight& injected = s_.in_flight[0];
  const bool has_text = injected.payload_seen();
  const bool is_last = s_.injection.line.query == injected.query;
  const bool sets_report = is_last && injected.sets_report;
  if (!has_text) {
    if (s_.injection.reception == Injection::Reception::kStrange) s_.poller.not_understood(injected.query);
    if (sets_report) s_.subscriptions.asserted(s_.injection.line, *dialect_);
    if (injected.query == printer::Query::kM105) {
      s_.late.abandoned_queries = 1;  // if that was not its answer, the answer still comes
      odd_m105_answer(now);
    }
    if (injected.query == printer::Query::kM115) {
      s_.poller.not_identified();
      s_.late.answer_until = now + kHostIsDone;
    }
  }
  finish_injected(has_text || sets_report ? printer::QueryOutcome::kAnswered : printer::QueryOutcome::kTimeout, now);
  return Verdict::kWithhold;
}

// --- acknowledging ---------------------------------------------------------------------------------------------------

void Arbiter::drop_before(std::size_t index) {
  for (; index > 0; --index) {
    if (!s_.in_flight[0].is_optional() && !s_.in_flight[0].is_injected()) ++s_.counters.missing_oks;
    s_.in_flight.erase(0);
  }
}

void Arbiter::count_latency(const InFlight& entry, line::Time now) {
  if (entry.is_optional()) return;
  const printer::LatencyKind kind = latency_kind(entry);
  s_.counters.ok_latency[kind].observe(now - entry.sent, printer::kOkLatencyBounds);
  if (entry.ahead == 0 && kind == printer::LatencyKind::kQuery && entry.kind != command::CommandKind::kListing)
    s_.counters.prompt_latency.observe(now - entry.sent, printer::kOkLatencyBounds);
}

void Arbiter::keep_quiet(const InFlight& acknowledged, line::Time now) {
  if (acknowledges_early(acknowledged)) {
    s_.quiet_until = now + kEarlyOkRuns;
  } else if (now < s_.quiet_until && acknowledged.sent < s_.quiet_until - kEarlyOkRuns + kSentBehind) {
    s_.quiet_until = std::max(s_.quiet_until, now + kOwnOkFollows);
  }
}

void Arbiter::acknowledge(line::Time now) {
  const InFlight entry = s_.in_flight.acknowledge_first();
  s_.late.answer_until = {};  // it would have come before this ok
  if (now < s_.late.overtaken_until && !entry.is_optional()) count_up(s_.late.overtaking, InFlightQueue::kCapacity);
  // The line with the comment is answered, so this firmware does not drop it.
  if (s_.in_flight.empty() && s_.comment == Comment::kMayDropNext) s_.comment = Comment::kNone;
  // If that ok was not for the entry whose ack is optional, it was for the next: that one may be answered already.
  if (entry.is_optional() && s_.in_flight.size() > 0 && !s_.in_flight[0].is_injected()) s_.in_flight[0].doubt();
  if (entry.sent > line::Time::zero()) count_latency(entry, now);
  planner_takes(entry, now);
  if (dialect_->resume_counts_queue) keep_quiet(entry, now);
  // M28 was acknowledged without "Writing to file": there is no card, or no such command.
  if (entry.kind == command::CommandKind::kUploadBegin) {
    s_.upload.on(Upload::Event::kBeginOk);
    s_.host_stream.m28_answered(true);
  }
  if (entry.kind == command::CommandKind::kUploadEnd) s_.upload.on(Upload::Event::kEnd);
  if (s_.recovery.is_resent() && entry.number == s_.recovery.number()) s_.recovery.on(Recovery::Event::kAnswered);
}

void Arbiter::finish_injected(printer::QueryOutcome outcome, line::Time now) {
  const auto index = s_.in_flight.injected();
  const InFlight injected = s_.in_flight[*index];
  s_.in_flight.erase(*index);
  s_.injection.hold_until = now;
  // A line that was held for it has waited behind it until now, wherever it was.
  if (s_.held_until > injected.sent) s_.held_until = now;
  if (!injected.overdue || outcome == printer::QueryOutcome::kAnswered) {
    ++s_.counters.queries[injected.query][outcome];
  }
  if (outcome != printer::QueryOutcome::kAnswered) return;
  count_latency(injected, now);
  s_.counters.query_duration[injected.query] = now - injected.sent;
  if (s_.injection.reception != Injection::Reception::kStrange) s_.poller.answered(injected.query);
}

void Arbiter::after_ok(line::Time now) {
  if (s_.in_flight.empty() && s_.empty_since == line::kNever && s_.printer.stream_flows(now)) s_.empty_since = now;
}

}  // namespace gcode::relay
