// Whose an ok is. oks are not 1:1 with lines (protocol/prusa.md 1.5): content decides first, then the order, and what is
// in doubt is the host's.
#include <algorithm>
#include <utility>

#include "gcode/arbiter.h"
#include "gcode/line_looks.h"

namespace gcode {
namespace {

using std::chrono::milliseconds;

LatencyKind latency_kind(const InFlight& entry) {
  switch (entry.kind) {
    case CommandKind::kMotion: return LatencyKind::kMotion;
    case CommandKind::kTemperature:
    case CommandKind::kQuery:
    case CommandKind::kListing: return LatencyKind::kQuery;
    default: return LatencyKind::kOther;
  }
}

// Printed in one go with the text before it. An answer's ok that comes later, with a host command waiting, may be its.
bool ok_follows_payload(const InFlight& own, Time now) {
  return own.payload_seen && !own.doubtful && now - own.payload_at < milliseconds(30);
}

// These print their ok first and take themselves out of the queue; what stands behind them then gets one ok too many
// (protocol/prusa.md 1.5).
bool acknowledges_early(const InFlight& e) { return e.code == 25 || e.code == 125 || e.code == 601 || e.code == 603; }
constexpr Time kEarlyOkRuns = std::chrono::seconds(5);

// The ok too many of an M105 (protocol/prusa.md 0.2) is printed in one go with its answer.
constexpr Time kExtraOkFollows = milliseconds(20);

}  // namespace

Verdict Arbiter::on_error(const Reply& reply) {
  // Only what the host sent, or the agent, can be rejected. With nothing of the host's outstanding it was ours.
  if (s_.in_flight.size() == 1 && s_.in_flight[0].is_own() && s_.in_flight.host_count() == 0) {
    s_.own_rejected = true;
    return Verdict::kWithhold;
  }
  s_.line_rejected = true;
  s_.was_out_of_order = reply.resend_reason == ResendReason::kLineNumber;
  return Verdict::kPass;
}

Verdict Arbiter::on_resend(const Reply& reply, Time now) {
  s_.resend_ok_due = true;
  s_.recovery_since = now;
  if (s_.own_rejected) return Verdict::kWithhold;
  // One more of a window's lines was rejected, not the one that the host has sent again meanwhile: that one is the next.
  const bool sent_again = s_.recovering && s_.asked_again && s_.asked_number == reply.number && s_.was_out_of_order;
  // The printer has thrown away its receive buffer: what was behind the rejected line may be gone, the own line too.
  bool behind = false;
  for (std::size_t i = 0; i < s_.in_flight.size();) {
    InFlight& entry = s_.in_flight[i];
    const bool is_asked_for = sent_again && entry.number == reply.number;
    if (!entry.is_own() && entry.number >= reply.number && !is_asked_for) {
      behind = true;
      s_.in_flight.erase(i);
      continue;
    }
    behind = behind || is_asked_for;
    if (entry.is_own()) entry.doubtful = true;
    if (behind && !entry.is_own()) entry.maybe = true;
    ++i;
  }
  if (s_.was_out_of_order && s_.sent_twice >= 0 && reply.number > s_.sent_twice)
    behind = true;  // it was the second of that line
  s_.sent_twice = -1;
  // A number that is too low was rejected, or a line that only the firmware takes for numbered: the newest it must be.
  for (std::size_t i = s_.in_flight.size(); s_.line_rejected && !behind && i-- > 0;) {
    if (s_.in_flight[i].is_own()) continue;
    s_.in_flight.erase(i);
    behind = true;
  }
  s_.line_rejected = s_.was_out_of_order = false;
  s_.recovering = true;
  s_.asked_again = sent_again;
  s_.asked_number = reply.number;
  s_.draining = s_.wanting = false;
  return Verdict::kPass;
}

Verdict Arbiter::on_ok(const Reply& reply, std::string_view line, Time now) {
  if (s_.resend_ok_due && reply.kind != ReplyKind::kOkTemperature) {
    s_.resend_ok_due = false;
    if (!s_.own_rejected) return Verdict::kPass;
    s_.own_rejected = false;
    if (s_.in_flight.own()) finish_own(QueryOutcome::kTimeout, now);
    return Verdict::kWithhold;
  }
  const Verdict verdict =
      reply.kind == ReplyKind::kOkTemperature ? on_temperature_ok(now) : on_plain_ok(reply, line, now);
  after_ok(now);
  return verdict;
}

Verdict Arbiter::on_temperature_ok(Time now) {
  const auto first = s_.in_flight.first_of(CommandKind::kTemperature);
  if (!first) {
    if (s_.ghosts == 0 || s_.in_flight.host_count() > 0) return Verdict::kPass;
    --s_.ghosts;
    return Verdict::kWithhold;
  }
  const bool own = s_.in_flight[*first].is_own();
  // The own line may have vanished in a flush; if the host has asked too, the answer is the host's.
  if (own && s_.in_flight[*first].doubtful &&
      s_.in_flight.any_host([](const InFlight& e) { return e.kind == CommandKind::kTemperature; })) {
    drop_before(*first);
    s_.in_flight.erase(0);
    ++s_.counters.queries[Query::kM105][QueryOutcome::kTimeout];
    s_.ghosts = 1;
    return on_temperature_ok(now);
  }
  drop_before(*first);
  const bool more_behind = s_.in_flight.host_count() > (own ? 0U : 1U);
  if (own) {
    s_.ghosts = s_.given_up = 0;
    finish_own(QueryOutcome::kAnswered, now);
    if (more_behind && dialect_->extra_ok_after_m105) s_.extra_ok_until = now + kExtraOkFollows;
    return Verdict::kWithhold;
  }
  acknowledge(now);
  if (more_behind && dialect_->extra_ok_after_m105) {
    InFlight extra;
    extra.sent = now;
    extra.maybe = true;
    extra.maybe_until = now + kExtraOkFollows;
    s_.in_flight.insert_front(extra);
  }
  return Verdict::kPass;
}

// Of the one M105 that is in flight. Its answer is "ok T:..."; an ok alone was for something before it, of which the books
// did not know ("M118 ok" has two, and so has a host's M600), and the answer still comes. What noise left of an answer is
// not so clean.
bool Arbiter::is_no_answer_to_m105(std::string_view line) const {
  if (s_.in_flight.size() != 1 || s_.in_flight.overflow() > 0 || s_.in_flight[0].kind != CommandKind::kTemperature)
    return false;
  return !s_.in_flight[0].maybe && !s_.in_flight[0].payload_seen && trimmed(line) == "ok";
}

Verdict Arbiter::on_plain_ok(const Reply& reply, std::string_view line, Time now) {
  if (std::exchange(s_.stray_ok, false)) return Verdict::kPass;
  if (now <= std::exchange(s_.extra_ok_until, -std::chrono::hours(1))) ++s_.surplus;
  if (reply.ok_number) {  // ADVANCED_OK names the line
    if (const auto index = s_.in_flight.numbered(*reply.ok_number)) {
      drop_before(*index);
    } else if (s_.surplus > 0) {  // the host was given an own ok in its place
      --s_.surplus;
      return Verdict::kWithhold;
    }
  }
  while (s_.in_flight.size() > 0 && now > s_.in_flight[0].maybe_until) s_.in_flight.erase(0);
  if (s_.in_flight.empty()) {
    if (s_.surplus > 0) {
      --s_.surplus;
      // "echo:Active Extruder: 0ok" is more than an ok
      return trimmed(line).starts_with("ok") ? Verdict::kWithhold : Verdict::kPass;
    }
    ++s_.counters.unexpected_oks;
    return Verdict::kPass;
  }
  if (is_no_answer_to_m105(line)) {
    ++s_.counters.unexpected_oks;
    return Verdict::kPass;
  }
  if (s_.in_flight.size() == 0 || !s_.in_flight[0].is_own()) {
    acknowledge(now);
    return Verdict::kPass;
  }
  const InFlight own = s_.in_flight[0];
  if (s_.own_answer_strange && !own.payload_seen) s_.poller.not_understood(own.query);
  if (s_.given_up > 0 && own.query == Query::kM105) {  // M105 answers with more than an ok; this is for one before it
    --s_.given_up;
    return Verdict::kPass;
  }
  // ADVANCED_OK names no line: then it is for none that has a number.
  const auto has_no_number = [](const InFlight& e) { return e.number < 0; };
  const bool names_none = reply.planner_free >= 0 && !reply.ok_number && s_.in_flight.overflow() == 0;
  const bool own_for_certain = names_none && !s_.in_flight.any_host(has_no_number);
  if (s_.in_flight.host_count() == 0 || own_for_certain || ok_follows_payload(own, now)) {
    const bool useful = own.payload_seen || s_.own.seconds > 0;
    if (s_.own.seconds > 0 && !own.payload_seen) s_.subscriptions.asserted(s_.own, *dialect_);
    if (own.query == Query::kM105 && !own.payload_seen)
      s_.ghosts = 1;  // if that was no answer after all, it still comes
    finish_own(useful ? QueryOutcome::kAnswered : QueryOutcome::kTimeout, now);
    return Verdict::kWithhold;
  }
  // A host command is behind, and nothing says that this ok is not its: the host gets it.
  s_.in_flight.erase(0);
  ++s_.counters.queries[own.query][QueryOutcome::kTimeout];
  if (own.maybe) {
    // From before a restart: which of the two the printer has answered shows when the next ok comes, or none.
    if (s_.in_flight.size() > 0) s_.in_flight[0].maybe = true;
    return Verdict::kPass;
  }
  // If the own line was alive after all, one ok too many will come at the end, when nobody waits.
  ++s_.surplus;
  if (!s_.in_flight.empty()) acknowledge(now);
  return Verdict::kPass;
}

// --- accounts -----------------------------------------------------------------------------------------------------------

void Arbiter::drop_before(std::size_t index) {
  for (; index > 0; --index) {
    if (!s_.in_flight[0].maybe && !s_.in_flight[0].is_own()) ++s_.counters.missing_oks;
    s_.in_flight.erase(0);
  }
}

void Arbiter::count_latency(const InFlight& entry, Time now) {
  if (entry.maybe) return;
  const LatencyKind kind = latency_kind(entry);
  s_.counters.ok_latency[kind].observe(now - entry.sent, kOkLatencyBounds);
  if (entry.alone && kind == LatencyKind::kQuery && entry.kind != CommandKind::kListing)
    s_.counters.prompt_latency.observe(now - entry.sent, kOkLatencyBounds);
}

void Arbiter::acknowledge(Time now) {
  const InFlight entry = s_.in_flight.acknowledge_first();
  // If that ok was not for what may owe none, it was for the next: now that one may be answered already.
  if (entry.maybe && s_.in_flight.size() > 0 && !s_.in_flight[0].is_own()) s_.in_flight[0].maybe = true;
  if (entry.sent > Time::zero()) count_latency(entry, now);
  if (dialect_->resume_counts_queue && acknowledges_early(entry)) s_.quiet_until = now + kEarlyOkRuns;
  // M28 was acknowledged without "Writing to file": there is no card, or no such command.
  if (entry.kind == CommandKind::kUploadBegin && !s_.upload_confirmed) s_.uploading = false;
  if (entry.kind == CommandKind::kUploadEnd) s_.uploading = false;
  if (s_.recovering && s_.asked_again && entry.number == s_.asked_number) s_.recovering = false;
}

void Arbiter::finish_own(QueryOutcome outcome, Time now) {
  const auto index = s_.in_flight.own();
  const InFlight own = s_.in_flight[*index];
  s_.in_flight.erase(*index);
  s_.hold_until = now;
  if (!own.overdue || outcome == QueryOutcome::kAnswered) {
    ++s_.counters.queries[own.query][outcome];
  }
  if (outcome != QueryOutcome::kAnswered) return;
  count_latency(own, now);
  s_.counters.query_duration[own.query] = now - own.sent;
  s_.poller.answered(own.query);
}

void Arbiter::after_ok(Time now) {
  if (s_.in_flight.empty() && s_.empty_since == kNever && s_.printer.host_is_printing(now)) s_.empty_since = now;
}

}  // namespace gcode
