// What does not come: the answer to a query, the ok of a host command. A printer that prints nothing may have lost them,
// or may not read its serial line for now: a display menu, PID autotune, M0. Then everything that is sent to it waits
// there, and is answered later all at once.
#include <algorithm>
#include <array>

#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// An idle printer answers a query in milliseconds; behind the moves of a file from SD it took 9.8 s.
constexpr line::Time kAnswerLimit = seconds(5);
constexpr line::Time kAnswerLimitSd = seconds(15);
// After this much more silence the query is given up, if no host command waits behind it.
constexpr line::Time kGiveUp = seconds(10);
// Where nothing shows that the printer reads commands, the M105 behind a query that was given up is sent again after
// this, and after twice as long each time, up to eight times.
constexpr line::Time kSilentLong = minutes(10);
constexpr std::uint8_t kMostDoublings = 3;
// Queries that waited in the printer are answered one right after the other.
constexpr line::Time kAllAnswered = seconds(10);
// An idle printer answers M105 in milliseconds, one with a full planner when a move has ended.
constexpr line::Time kAnswerOvertaken = std::chrono::seconds(5);
// If an ok is this old without a sign of work, it was lost on the wire. Commands that may block silently get longer.
constexpr line::Time kStale = seconds(30);
constexpr line::Time kStaleBlocking = minutes(10);
// Somebody has gone home.
constexpr line::Time kStalePerson = hours(24);
// An entry that may owe no ok expires after a second of silence: the printer answers idle lines in milliseconds.
constexpr line::Time kNoCommandStale = seconds(1);
// A command that may be answered already: longer, because a full planner makes a move wait.
constexpr line::Time kAckOptionalStale = seconds(10);
constexpr std::uint8_t kMostCounted = 255;

// M0, M600 and the like end when somebody presses a button.
bool waits_for_person(const InFlight& e) {
  constexpr std::array kCodes{0, 1, 25, 125, 226, 600, 601, 603, 701, 702};
  return std::find(kCodes.begin(), kCodes.end(), e.code) != kCodes.end();
}

// How long an entry may stay without a sign of life before it expires. `says_busy`: this printer prints "busy" while a
// command blocks it.
line::Time patience_with(const InFlight& entry, bool says_busy) {
  if (entry.may_block()) {
    if (entry.is_optional()) return kStale;
    if (waits_for_person(entry)) return kStalePerson;
    return says_busy ? kStale : kStaleBlocking;
  }
  if (!entry.is_optional()) return kStale;
  const bool no_command = entry.kind == command::CommandKind::kOther && entry.number < 0 && entry.letter == 0;
  return no_command ? kNoCommandStale : kAckOptionalStale;
}

}  // namespace

bool InFlight::may_block() const {
  return kind == command::CommandKind::kHeatAndWait || kind == command::CommandKind::kBlocking ||
         kind == command::CommandKind::kListing;
}

line::Time Arbiter::answer_limit() const { return s_.printer.sd_printing ? kAnswerLimitSd : kAnswerLimit; }

bool Arbiter::was_given_up(const InFlight& injected, line::Time now) const {
  return injected.overdue && s_.in_flight.host_count() == 0 &&
         now - std::max(injected.sent, s_.last_progress_line) > answer_limit() + kGiveUp;
}

// The one query in flight was given up, but it may still be answered: it keeps its slot. One M105 behind it tells.
bool Arbiter::may_ask_again(line::Time now) const {
  return s_.in_flight.size() == 1 && s_.in_flight[0].is_injected() && was_given_up(s_.in_flight[0], now) &&
         (awaits_expired() ? now >= s_.injection.no_probe_before : s_.last_ok <= s_.in_flight[0].sent);
}

// A firmware that has no name yet is asked for it again.
InjectedLine Arbiter::probe() const {
  const bool is_nameless = dialect_->listen_only || (!s_.poller.understands(printer::Query::kM105) &&
                                                     s_.in_flight.size() > 0 && s_.in_flight[0].code == 115);
  return is_nameless ? make_injected_line(printer::Query::kM115, "M115")
                     : make_injected_line(printer::Query::kM105, "M105");
}

// Its ok was passed for another command, or will not come.
void Arbiter::lose_injected() {
  const InFlight& injected = s_.in_flight[0];
  if (s_.injection.reception == Injection::Reception::kStrange && !injected.payload_seen())
    s_.poller.not_understood(injected.query);
  if (!injected.overdue) ++s_.counters.queries[injected.query][printer::QueryOutcome::kTimeout];
  s_.in_flight.erase(0);
}

// The M105 at the front was lost, and one behind it too, or an ok too many took the place of their answers.
void Arbiter::lose_m105s(line::Time now) {
  while (s_.in_flight.size() > 0 && s_.in_flight[0].is_injected()) {
    lose_injected();
    count_up(s_.late.abandoned_queries, InFlightQueue::kCapacity);
    s_.late.overtaken_until = now + kAnswerOvertaken;
    s_.late.overtaking = 0;
  }
}

void Arbiter::check_injected(line::Time now) {
  forget_injected_without_ok(now);
  for (std::size_t i = 0; i < s_.in_flight.size(); ++i) {
    InFlight& entry = s_.in_flight[i];
    if (!entry.is_injected() || entry.overdue) continue;
    entry.overdue = now - std::max(entry.sent, s_.last_progress_line) > answer_limit();
    if (entry.overdue) ++s_.counters.queries[entry.query][printer::QueryOutcome::kTimeout];
  }
  // The printer has answered something since it was sent, and then nothing for as long: it was lost.
  for (std::size_t i = s_.in_flight.size(); i-- > 0;) {
    const InFlight& entry = s_.in_flight[i];
    if (entry.is_injected() && was_given_up(entry, now) && !awaits_expired() && s_.last_ok > entry.sent &&
        now - s_.last_ok > answer_limit() + kGiveUp)
      s_.in_flight.erase(i);
  }
}

void Arbiter::check_abandoned(line::Time now) {
  const auto first = s_.in_flight.injected();
  const bool is_silent = first && s_.in_flight[*first].sent >= s_.last_ok;
  if (!is_silent && now - s_.last_ok > kAllAnswered) s_.late.abandoned_queries = 0;
  if (!is_silent || s_.in_flight.size() != 2 || !was_given_up(s_.in_flight[1], now)) return;
  const line::Time patience = kSilentLong * (1 << std::min(s_.late.abandoned_queries, kMostDoublings));
  if (now - s_.in_flight[1].sent <= patience) return;
  count_up(s_.late.abandoned_queries, kMostCounted);
  s_.in_flight.erase(1);
  s_.injection.on(Injection::NewlineEvent::kPartMayWait);
}

void Arbiter::check_stale(line::Time now) {
  const bool says_busy = s_.counters.receive_lines[printer::LineClass::kBusy] > 0;
  while (s_.in_flight.size() > 0) {
    const InFlight& first = s_.in_flight[0];
    if (first.is_injected()) return;
    const line::Time quiet = now - std::max({first.sent, s_.last_progress_line, s_.last_ok});
    const bool lost = quiet > patience_with(first, says_busy);
    if (!lost) return;
    if (!first.is_optional()) {
      ++s_.counters.missing_oks;
      count_up(s_.late.expired_commands, kMostCounted);
    }
    // Its end may be lost, so that the printer still waits for it.
    if (!first.is_optional() || first.letter != 0) s_.injection.on(Injection::NewlineEvent::kPartMayWait);
    s_.in_flight.erase(0);
  }
  if (s_.in_flight.overflow() > 0 && now - std::max({s_.last_host_line, s_.last_progress_line, s_.last_ok}) > kStale) {
    s_.in_flight.clear();
  }
}

}  // namespace gcode::relay
