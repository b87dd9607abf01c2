// Decides the owner of an ok. oks are not 1:1 with lines (protocol/prusa.md 1.5): content decides first, then the
// order; an unconfirmed ok is the host's.
#include <algorithm>
#include <utility>

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
  return injected.payload_seen && !injected.unconfirmed && now - injected.payload_at < milliseconds(30);
}

// These print their ok first and remove themselves from the queue; what is behind them then gets a duplicate ack
// (protocol/prusa.md 1.5).
bool acknowledges_early(const InFlight& e) { return e.code == 25 || e.code == 125 || e.code == 601 || e.code == 603; }
constexpr line::Time kEarlyOkRuns = std::chrono::seconds(5);
// A command that was sent this soon behind it may be in the queue. Its first ok may be the duplicate, and the printer
// may stop for a while before its own.
constexpr line::Time kSentBehind = std::chrono::seconds(1);
constexpr line::Time kOwnOkFollows = std::chrono::seconds(2);

constexpr line::Time kProbeAfterFault = std::chrono::seconds(3);

// An idle printer answers M105 in milliseconds, one with a full planner when a move has ended.
constexpr line::Time kAnswerOvertaken = std::chrono::seconds(5);

// Nothing in this ok is garbled, so it is no answer to M105.
bool is_bare(const reply::Reply& reply) {
  return reply.planner_free >= 0 || reply.ok_number || reply.ok_form == reply::OkForm::kBare;
}

// The lines behind the ok of an odd answer follow it, unless USB stalls within them.
constexpr line::Time kLateAnswer = std::chrono::seconds(5);

// The duplicate ack of an M105 (protocol/prusa.md 0.2) is printed together with its answer.
constexpr line::Time kExtraOkFollows = milliseconds(20);

}  // namespace

Verdict Arbiter::on_error(const reply::Reply& reply) {
  // Only a line of the host or the agent can be rejected. With no host line outstanding it was the agent's.
  if (s_.in_flight.size() == 1 && s_.in_flight[0].is_injected() && s_.in_flight.host_count() == 0) {
    s_.injected_rejected = true;
    return Verdict::kWithhold;
  }
  s_.line_rejected = true;
  s_.was_out_of_order = reply.resend_reason == reply::ResendReason::kLineNumber;
  return Verdict::kPass;
}

Verdict Arbiter::on_resend(const reply::Reply& reply, line::Time now) {
  s_.resend_ok_due = true;
  s_.recovery_since = now;
  if (s_.injected_rejected) return Verdict::kWithhold;
  // Another line of the window was rejected, not the one that the host has resent meanwhile: that one is the next.
  const bool sent_again = s_.recovering && s_.asked_again && s_.asked_number == reply.number && s_.was_out_of_order;
  // A Prusa that discards its buffer for a reason of its own prints no Error. The line may still have been on its way.
  const bool may_arrive = !s_.line_rejected && dialect_->family == dialect::FirmwareFamily::kPrusa;
  // The printer has discarded its receive buffer: lines behind the rejected one may be lost, the injected query too.
  bool behind = false;
  for (std::size_t i = 0; i < s_.in_flight.size();) {
    InFlight& entry = s_.in_flight[i];
    const bool is_asked_for = (sent_again || may_arrive) && entry.number == reply.number;
    if (!entry.is_injected() && entry.number >= reply.number && !is_asked_for) {
      behind = true;
      s_.in_flight.erase(i);
      continue;
    }
    behind = behind || is_asked_for;
    if (entry.is_injected()) entry.unconfirmed = true;
    if (behind && !entry.is_injected()) entry.ack_optional = true;
    ++i;
  }
  if (s_.was_out_of_order && s_.sent_twice >= 0 && reply.number > s_.sent_twice)
    behind = true;  // it was the second of that line
  s_.sent_twice = -1;
  // Either the number was too low, or only the firmware takes the line for numbered: it must be the newest.
  for (std::size_t i = s_.in_flight.size(); s_.line_rejected && !behind && i-- > 0;) {
    if (s_.in_flight[i].is_injected()) continue;
    s_.in_flight.erase(i);
    behind = true;
  }
  s_.line_rejected = s_.was_out_of_order = false;
  s_.recovering = true;
  s_.asked_again = sent_again;
  s_.asked_number = reply.number;
  s_.quiescing = s_.wanting = false;
  return Verdict::kPass;
}

Verdict Arbiter::on_ok(const reply::Reply& reply, line::Time now) {
  if (s_.resend_ok_due && reply.kind != reply::ReplyKind::kOkTemperature) {
    s_.resend_ok_due = false;
    if (!s_.injected_rejected) return Verdict::kPass;
    s_.injected_rejected = false;
    if (s_.in_flight.injected()) finish_injected(printer::QueryOutcome::kTimeout, now);
    return Verdict::kWithhold;
  }
  const Verdict verdict =
      reply.kind == reply::ReplyKind::kOkTemperature ? on_temperature_ok(now) : on_plain_ok(reply, now);
  after_ok(now);
  // No host sees an ok behind other text, but the text may be for it.
  const bool only_text = reply.ok_form == reply::OkForm::kGlued && !reply.text.empty() && reply.planner_free < 0 &&
                         !reply.ok_number && reply.kind == reply::ReplyKind::kOk;
  return only_text ? Verdict::kPass : verdict;
}

Verdict Arbiter::on_temperature_ok(line::Time now) {
  const auto first = s_.in_flight.first_of(command::CommandKind::kTemperature);
  if (!first) {
    if (now < std::exchange(s_.overtaken_until, {})) {
      s_.abandoned_queries = 0;
      return Verdict::kWithhold;
    }
    if (s_.abandoned_queries == 0 || s_.in_flight.host_count() > 0) return Verdict::kPass;
    --s_.abandoned_queries;
    return Verdict::kWithhold;
  }
  s_.surplus_acks = 0;  // they belong to commands before this one, so they have come or never will
  const bool injected = s_.in_flight[*first].is_injected();
  // The injected query may have been lost in a flush; if the host has sent the same query, the answer is the host's.
  if (injected && s_.in_flight[*first].unconfirmed &&
      s_.in_flight.any_host([](const InFlight& e) { return e.kind == command::CommandKind::kTemperature; })) {
    drop_before(*first);
    s_.in_flight.erase(0);
    ++s_.counters.queries[printer::Query::kM105][printer::QueryOutcome::kTimeout];
    s_.abandoned_queries = 1;
    return on_temperature_ok(now);
  }
  if (*first > 0) s_.no_probe_before = now + kProbeAfterFault;  // it was right to doubt
  drop_before(*first);
  const bool more_behind = s_.in_flight.host_count() > (injected ? 0U : 1U);
  if (injected) {
    s_.abandoned_queries = s_.expired_commands = 0;
    finish_injected(printer::QueryOutcome::kAnswered, now);
    if (more_behind && dialect_->duplicate_ack_after_m105) s_.duplicate_ack_until = now + kExtraOkFollows;
    return Verdict::kWithhold;
  }
  s_.poller.answered(printer::Query::kM105);  // in the form that shows whose it is
  acknowledge(now);
  if (more_behind && dialect_->duplicate_ack_after_m105) expect_duplicate_ack(now);
  return Verdict::kPass;
}

// The first M105s to a firmware that has not answered one in the known form yet, alone on a line that the host does not
// use: whatever comes is the answer. "ok 12" and then "T:24.5 ..." (Repetier), "T:24.5 ..." and then "ok" (old
// RepRapFirmware).
bool Arbiter::is_first_m105(line::Time now) const {
  return s_.in_flight.size() == 1 && s_.in_flight.overflow() == 0 && s_.in_flight[0].query == printer::Query::kM105 &&
         !s_.poller.understands(printer::Query::kM105) && !s_.printer.sd_printing &&
         !s_.subscriptions.is_on(Report::kTemperature) && (!s_.any_host_line || now - s_.last_host_line > kHostIsDone);
}

void Arbiter::odd_m105_answer(line::Time now) {
  s_.poller.odd_temperatures();
  s_.injected_answer_strange = true;
  if (!s_.in_flight[0].payload_seen) s_.late_answer_until = now + kLateAnswer;
}

// The next ok may be a second one for the command that was acknowledged last.
void Arbiter::expect_duplicate_ack(line::Time now) {
  InFlight extra;
  extra.sent = now;
  extra.ack_optional = true;
  extra.ack_optional_until = now + kExtraOkFollows;
  s_.in_flight.insert_front(extra);
}

// Concerns the one M105 in flight. Its answer is "ok T:..."; a bare ok was for something before it that is not in the
// queue ("M118 ok" has two, and so has a host's M600), and the answer still comes. An answer garbled by noise would not
// leave a clean ok.
bool Arbiter::is_no_answer_to_m105(const reply::Reply& reply) const {
  if (s_.in_flight.size() != 1 || s_.in_flight.overflow() > 0 ||
      s_.in_flight[0].kind != command::CommandKind::kTemperature)
    return false;
  // A firmware that was never seen to do so may answer by an ok alone, with the temperatures before or behind it.
  if (!s_.in_flight[0].is_injected() && !s_.poller.understands(printer::Query::kM105)) return false;
  return !s_.in_flight[0].ack_optional && !s_.in_flight[0].payload_seen && is_bare(reply);
}

Verdict Arbiter::on_plain_ok(const reply::Reply& reply, line::Time now) {
  if (std::exchange(s_.orphan_ack, false)) return Verdict::kPass;
  if (now <= std::exchange(s_.duplicate_ack_until, -std::chrono::hours(1))) ++s_.surplus_acks;
  if (reply.ok_number) {  // ADVANCED_OK names the line
    if (const auto index = s_.in_flight.numbered(*reply.ok_number)) {
      drop_before(*index);
      s_.surplus_acks = 0;
    } else if (s_.in_flight.size() > 0 && s_.in_flight[0].number > *reply.ok_number) {
      ++s_.counters.unexpected_oks;  // an ok too many took the place of this one
      return Verdict::kPass;
    } else if (s_.surplus_acks > 0) {  // the host got an injected query's ok in its place
      --s_.surplus_acks;
      return Verdict::kWithhold;
    }
  }
  while (s_.in_flight.size() > 0 && now > s_.in_flight[0].ack_optional_until) s_.in_flight.erase(0);
  if (s_.in_flight.empty()) {
    if (s_.surplus_acks > 0) {
      --s_.surplus_acks;
      // "echo:Active Extruder: 0ok" carries more than an ok
      return reply.ok_form == reply::OkForm::kGlued ? Verdict::kPass : Verdict::kWithhold;
    }
    ++s_.counters.unexpected_oks;
    return Verdict::kPass;
  }
  if (is_no_answer_to_m105(reply) && !is_first_m105(now)) {
    if (s_.surplus_acks > 0) {
      --s_.surplus_acks;
      return Verdict::kWithhold;
    }
    ++s_.counters.unexpected_oks;
    return Verdict::kPass;
  }
  if (s_.in_flight.size() == 0 || !s_.in_flight[0].is_injected()) {
    // A printer that is not identified may be a Prusa: "ok p:16.13 i:1.16 d:56.23" has an ok of its own behind it.
    const bool may_owe_two = s_.in_flight.size() > 0 && s_.in_flight[0].kind == command::CommandKind::kPidParameters &&
                             s_.in_flight[0].oks == 1 && reply.ok_form == reply::OkForm::kGains;
    acknowledge(now);
    if (may_owe_two && dialect_->pid_parameters_owe_two) expect_duplicate_ack(now);
    return Verdict::kPass;
  }
  const InFlight injected = s_.in_flight[0];
  if (injected.query == printer::Query::kM105 && s_.poller.understands(printer::Query::kM105) &&
      s_.in_flight.host_count() > 0 && is_bare(reply)) {
    // This firmware answers M105 with more than an ok: the query was lost, or an earlier command is not in the queue.
    s_.in_flight.erase(0);
    ++s_.counters.queries[injected.query][printer::QueryOutcome::kTimeout];
    s_.abandoned_queries = 1;
    s_.overtaken_until = now + kAnswerOvertaken;
    acknowledge(now);
    return Verdict::kPass;
  }
  if (s_.injected_answer_strange && !injected.payload_seen) s_.poller.not_understood(injected.query);
  if (s_.expired_commands > 0 &&
      injected.query == printer::Query::kM105) {  // it answers with more than an ok; this ok is for an older command
    --s_.expired_commands;
    return Verdict::kPass;
  }
  // An ADVANCED_OK without a line number is not for a numbered line.
  const auto has_no_number = [](const InFlight& e) { return e.number < 0; };
  const bool names_none = reply.planner_free >= 0 && !reply.ok_number && s_.in_flight.overflow() == 0;
  const bool certainly_injected = names_none && !s_.in_flight.any_host(has_no_number);
  if (s_.in_flight.host_count() == 0 || certainly_injected || ok_follows_payload(injected, now)) {
    const bool useful = injected.payload_seen || s_.injected.sets_report;
    if (s_.injected.sets_report && !injected.payload_seen) s_.subscriptions.asserted(s_.injected, *dialect_);
    if (injected.query == printer::Query::kM105 && !injected.payload_seen) {
      s_.abandoned_queries = 1;  // if that was not its answer, the answer still comes
      odd_m105_answer(now);
    }
    if (injected.query == printer::Query::kM115 && !injected.payload_seen) {
      s_.poller.not_identified();
      s_.late_answer_until = now + kHostIsDone;
    }
    finish_injected(useful ? printer::QueryOutcome::kAnswered : printer::QueryOutcome::kTimeout, now);
    return Verdict::kWithhold;
  }
  // A host command is behind, and nothing proves that this ok is not for it: the host gets it.
  s_.in_flight.erase(0);
  ++s_.counters.queries[injected.query][printer::QueryOutcome::kTimeout];
  if (injected.ack_optional) {
    // From before a restart: the next ok, or none, shows which of the two the printer has answered.
    if (s_.in_flight.size() > 0) s_.in_flight[0].ack_optional = true;
    return Verdict::kPass;
  }
  // If the injected query was not lost, one surplus ack will come at the end, with no command waiting.
  ++s_.surplus_acks;
  if (!s_.in_flight.empty()) acknowledge(now);
  return Verdict::kPass;
}

// --- acknowledging ---------------------------------------------------------------------------------------------------

void Arbiter::drop_before(std::size_t index) {
  for (; index > 0; --index) {
    if (!s_.in_flight[0].ack_optional && !s_.in_flight[0].is_injected()) ++s_.counters.missing_oks;
    s_.in_flight.erase(0);
  }
}

void Arbiter::count_latency(const InFlight& entry, line::Time now) {
  if (entry.ack_optional) return;
  const printer::LatencyKind kind = latency_kind(entry);
  s_.counters.ok_latency[kind].observe(now - entry.sent, printer::kOkLatencyBounds);
  if (entry.alone && kind == printer::LatencyKind::kQuery && entry.kind != command::CommandKind::kListing)
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
  // If that ok was not for the entry whose ack is optional, it was for the next: that one may be answered already.
  if (entry.ack_optional && s_.in_flight.size() > 0 && !s_.in_flight[0].is_injected())
    s_.in_flight[0].ack_optional = true;
  if (entry.sent > line::Time::zero()) count_latency(entry, now);
  if (dialect_->resume_counts_queue) keep_quiet(entry, now);
  // M28 was acknowledged without "Writing to file": there is no card, or no such command.
  if (entry.kind == command::CommandKind::kUploadBegin && !s_.upload_confirmed) s_.uploading = false;
  if (entry.kind == command::CommandKind::kUploadEnd) s_.uploading = false;
  if (s_.recovering && s_.asked_again && entry.number == s_.asked_number) s_.recovering = false;
}

void Arbiter::finish_injected(printer::QueryOutcome outcome, line::Time now) {
  const auto index = s_.in_flight.injected();
  const InFlight injected = s_.in_flight[*index];
  s_.in_flight.erase(*index);
  s_.hold_until = now;
  if (!injected.overdue || outcome == printer::QueryOutcome::kAnswered) {
    ++s_.counters.queries[injected.query][outcome];
  }
  if (outcome != printer::QueryOutcome::kAnswered) return;
  count_latency(injected, now);
  s_.counters.query_duration[injected.query] = now - injected.sent;
  if (!s_.injected_answer_strange) s_.poller.answered(injected.query);
}

void Arbiter::after_ok(line::Time now) {
  if (s_.in_flight.empty() && s_.empty_since == line::kNever && s_.printer.stream_flows(now)) s_.empty_since = now;
}

}  // namespace gcode::relay
