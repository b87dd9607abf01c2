#include "gcode/relay/arbiter.h"

#include <algorithm>

namespace gcode::relay {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The arbiter's tick interval: how late a due query, a time-out or the end of a state may be noticed; far below every
// period that matters. At rest nothing ends so soon, and nobody is woken for nothing.
constexpr line::Time kTickInterval = milliseconds(250), kTickAtRest = seconds(2);
// A host that sent a line this recently is active: the next one may come at any moment.
constexpr line::Time kHostActive = milliseconds(500);
// A query waits this long behind a newline, for the answer to a line that the newline may have completed.
constexpr line::Time kNewlineSettles = milliseconds(400);
// The ok of a Resend, and one too many, come within it.
constexpr line::Time kLateOkTime = seconds(1);
constexpr line::Time kRecoveryLimit = seconds(10);
// A host that waits for each ok leaves no command in flight now and then. One that keeps a window does not: it is
// probed seldom, and more than so many commands in flight are a window.
constexpr line::Time kDoubtful = seconds(3);
constexpr line::Time kProbeAgain = seconds(60);
// Where a host was held for a temperature in vain, a probe brings it without another hold.
constexpr line::Time kProbeAgainIfDue = seconds(12);
// Where it is not sent, a lost ok leaves no gap for the rest of a print: the host must not be held for one again and
// again.
constexpr line::Time kLongestBackOff = seconds(60);
constexpr std::size_t kMostDoubtful = 2;
// Busy and heating lines come every 2 s and every second.
constexpr line::Time kBusyFresh = seconds(5);
}  // namespace

Arbiter::Arbiter(ArbiterState& state) : s_(state) {}

void Arbiter::apply(const RelaySettings& settings) {
  settings_ = settings;
  dialect_ = &dialect::dialect_by_id(s_.dialect);
  s_.poller.apply(settings, s_.subscriptions);
}

// Lines that were printed together may have been read by two instances, the first long ago. What the host sent since
// then is not read yet, so the time without service is no silence of the host.
void Arbiter::resume(line::Time now) {
  if (host_is_attached()) s_.last_host_line = now;
  if (s_.late.duplicate_until > s_.last_ok) s_.late.duplicate_until = now;
  if (const auto injected = s_.in_flight.injected(); injected && s_.in_flight[*injected].payload_seen())
    s_.in_flight[*injected].payload_at = now;
}

void Arbiter::port_changed(line::Time now) {
  remember_stream(now);
  s_.in_flight.clear();
  s_.subscriptions.port_changed();
  on_start(now);
}

void Arbiter::printer_opened(line::Time now) {
  port_changed(now);
  s_.printer.printer_opened(now);
  count_reset(s_.boot.opened(now));
  // The previous user of the port may have left half a line in the printer.
  s_.injection.on(Injection::NewlineEvent::kPartMayWait);
  s_.last_progress_line = s_.last_ok = now;
}

void Arbiter::printer_lost(line::Time now) {
  port_changed(now);
  count_reset(s_.boot.lost());
  s_.printer.printer_lost(now);
  s_.prints.printer_lost(now);
  s_.mmu.printer_restarted();
  s_.lifetime.printer_restarted();
}

void Arbiter::host_opened(line::Time) {
  if (!host_is_attached()) s_.host = HostPort::kOpen;
  ++s_.counters.host_connects;
}

void Arbiter::host_closed(line::Time now) {
  remember_stream(now);
  if (host_is_attached()) s_.prints.host_left(s_.printer, now);
  if (!s_.prints.is_open()) s_.printer.forget_file_progress();
  s_.host = HostPort::kClosed;
  // A printer that has left the transfer may hold the closing packet as a part of a line. Otherwise it still waits for
  // packets, and answers nothing.
  if (s_.host_stream.is_closing()) s_.injection.on(Injection::NewlineEvent::kPartMayWait);
  else if (s_.host_stream.is_binary()) s_.host_stream.on(HostStream::Event::kPartPassed);
  s_.host_stream.end_binary();
  s_.subscriptions.host_left();
}

bool Arbiter::reports_are_set() const {
  for (const Report report : {Report::kTemperature, Report::kFans, Report::kPosition, Report::kSd}) {
    if (s_.subscriptions.agent_set(report)) return true;
  }
  return false;
}

bool Arbiter::is_listening_only() const { return !settings_.poll && !s_.in_flight.injected() && !reports_are_set(); }

// A query's answer may begin with any character; reports: "T:", " T:", "X:", "E0:", "SD printing byte", "Not SD
// printing".
bool Arbiter::may_withhold(char first) const {
  if (s_.in_flight.injected() || s_.late.abandoned_queries > 0) return true;
  return reports_are_set() && std::string_view("T XESN").find(first) != std::string_view::npos;
}

// --- injected queries --- --------------------------------------------------------------------------------------------

LineUse Arbiter::use(line::Time now) const {
  if (s_.printer.stream_flows(now)) return LineUse::kHostPrints;
  // A first M105 waits longer: is_first_m105().
  const line::Time active = s_.poller.understands(printer::Query::kM105) ? kHostActive : kHostIsDone;
  if (host_is_attached() && now - s_.last_host_line <= active) return LineUse::kHostActive;
  if (s_.printer.sd_printing) return LineUse::kSdPrints;
  // A paused print is not idle: its host, or the printer, may continue at any moment.
  if (s_.prints.is_printing()) return s_.prints.is_from_host() ? LineUse::kHostPrints : LineUse::kSdPrints;
  return LineUse::kRest;
}

std::optional<printer::DeferReason> Arbiter::forbidden(line::Time now) const {
  if (s_.printer.contact.is_booting() || s_.printer.is_busy(now, kBusyFresh)) return printer::DeferReason::kBusy;
  if (now < s_.quiet_until) return printer::DeferReason::kPaused;
  if (is_transparent() || s_.host_stream.holds_part() || s_.comment != Comment::kNone)
    return printer::DeferReason::kHostActive;
  if (s_.recovery.is_open() || s_.recovery.ok_due()) return printer::DeferReason::kResend;
  if (s_.printer.halt.state != printer::Halt::State::kNone) return printer::DeferReason::kPaused;
  if (s_.printer.paused && dialect_->resume_counts_queue && !s_.printer.sd_printing)
    return printer::DeferReason::kPaused;
  if (s_.in_flight.any_host([](const InFlight& e) { return e.may_block(); })) return printer::DeferReason::kBusy;
  return std::nullopt;
}

void Arbiter::count_deferral(printer::DeferReason reason, line::Time now) {
  if (now - s_.injection.deferred_at < seconds(1)) return;
  s_.injection.deferred_at = now;
  ++s_.counters.queries_deferred[reason];
}

// oks of commands that expired may still come, and an M105 tells when they have: its answer comes after them.
bool Arbiter::awaits_expired() const {
  return s_.late.expired_commands > 0 && s_.poller.understands(printer::Query::kM105);
}

// Any other query could take the late ok of an expired command for its own.
std::optional<InjectedLine> Arbiter::next_query(line::Time now) const {
  auto line = s_.poller.next(use(now), s_.printer, s_.subscriptions, *dialect_, now);
  if (line && awaits_expired() && !identifies_itself(line->query)) line.reset();
  return line;
}

void Arbiter::consider_asking(line::Time now) {
  using enum Injection::Event;
  if (!s_.printer.contact.is_open() || s_.in_flight.injected()) return s_.injection.on(kNotDue);
  const auto line = next_query(now);
  if (!line) return s_.injection.on(kNotDue);
  if (const auto reason = forbidden(now)) {
    s_.injection.on(kNotDue);
    return count_deferral(*reason, now);
  }
  if (s_.in_flight.empty()) return s_.injection.on(kDue);
  // The host has commands outstanding. Only a query that identifies its own answer justifies draining. More than the
  // queue holds do not end while a host can be held.
  if (!identifies_itself(line->query) || now < s_.injection.try_again || s_.in_flight.overflow() > 0) {
    s_.injection.on(kNotDue);
    return count_deferral(printer::DeferReason::kHostActive, now);
  }
  s_.injection.on(kDueBehind);
}

// The longer there was no gap, the longer the host is not held for one.
void Arbiter::back_off(line::Time now) {
  const line::Time since = now - s_.injection.not_empty_since;
  s_.injection.try_again = std::max(s_.injection.try_again, now + std::min(since / 2, kLongestBackOff));
}

// In doubt is whether the commands in flight are answered already (an ok was lost, a line owed none): draining did not
// empty the queue, or its host has not for a while although oks arrive.
bool Arbiter::doubts_queue(line::Time now) const {
  if (s_.injection.state == Injection::State::kDoubtful || awaits_expired()) return true;
  return s_.injection.not_empty_since != line::kNever && now - s_.injection.not_empty_since > kDoubtful &&
         now - s_.last_ok < kHostActive && s_.in_flight.size() <= kMostDoubtful &&
         dialect_->autoreport != dialect::Autoreport::kMask;
}

// An M105 behind the commands in doubt tells which are answered: its answer comes after theirs. It needs no gap, but a
// firmware whose answer shows whose it is, and no M105 of the host.
bool Arbiter::wants_probe(line::Time now) const {
  const bool is_due = s_.injection.state == Injection::State::kDoubtful;
  const line::Time earlier = is_due ? kProbeAgain - kProbeAgainIfDue : line::Time::zero();
  const bool again = may_ask_again(now);
  if (!again && (!doubts_queue(now) || now < s_.injection.no_probe_before - earlier)) return false;
  // Rule 3: a printer that is not identified may be a Prusa.
  const bool may_be_shifted =
      use(now) == LineUse::kHostPrints &&
      (dialect_->family == dialect::FirmwareFamily::kUnknown || dialect_->autoreport == dialect::Autoreport::kMask);
  if (!settings_.poll || !s_.printer.contact.is_open() || may_be_shifted) return false;
  const bool is_known = s_.poller.understands(printer::Query::kM105);
  if (again) return (is_known || use(now) == LineUse::kRest) && !forbidden(now);
  if (!is_known || dialect_->listen_only) return false;
  if (s_.in_flight.injected() || s_.in_flight.overflow() > 0 || (s_.in_flight.empty() && !awaits_expired()))
    return false;
  return !s_.in_flight.any_host([](const InFlight& e) { return e.kind == command::CommandKind::kTemperature; }) &&
         !forbidden(now);
}

bool Arbiter::take_newline(line::Time now) {
  if (!s_.injection.newline_before_query() || !settings_.poll || forbidden(now)) return false;
  if (!s_.in_flight.empty() && !may_ask_again(now)) return false;
  s_.injection.on(Injection::NewlineEvent::kSentBeforeQuery);
  s_.quiet_until = now + kNewlineSettles;
  return true;
}

std::optional<InjectedLine> Arbiter::injected_line(line::Time now) {
  std::optional<InjectedLine> line;
  const bool is_due = s_.injection.state == Injection::State::kWanted || s_.injection.is_draining();
  if (wants_probe(now)) {
    line = probe();
    s_.injection.no_probe_before = now + kProbeAgain;
  } else if (is_due && s_.in_flight.empty() && !forbidden(now)) {
    line = next_query(now);
  } else if (is_due && !s_.in_flight.empty()) {
    return std::nullopt;
  }
  s_.injection.on(Injection::Event::kStopped);
  if (!line) return std::nullopt;
  InFlight entry;
  entry.sent = now;
  entry.query = line->query;
  entry.kind = line->query == printer::Query::kM105 ? command::CommandKind::kTemperature : command::CommandKind::kQuery;
  entry.code = code_of(line->query);
  entry.sets_report = line->sets_report();
  s_.in_flight.push(entry);
  s_.injection.line = *line;
  s_.injection.reception = Injection::Reception::kNormal;
  s_.injection.on(Injection::NewlineEvent::kQuerySent);
  s_.injection.hold_until = s_.in_flight.host_count() > 0 ? now : now + settings_.hold_limit;
  s_.poller.asked(line->query, now);
  ++s_.counters.commands[printer::Origin::kAgent];
  return line;
}

void Arbiter::count_reset(std::optional<reply::ResetCause> reset) {
  if (reset) ++s_.counters.resets[*reset];
}

// Each ok shows that the planner has taken a move and continues. Even with as many oks as a host has lines in flight,
// the hold has a limit.
line::Time Arbiter::quiesce_ends() const {
  return std::min(std::max(s_.injection.waiting_since, s_.last_ok) + settings_.quiesce_limit,
                  s_.injection.waiting_since + 2 * settings_.quiesce_limit);
}

// Nothing is in flight, and no print, resend, command or boot text is under way. What depends on the time is taken at
// the last tick.
bool Arbiter::rests() const {
  return s_.in_flight.empty() && !s_.prints.is_open() && !s_.printer.stream_is_open() &&
         s_.injection.state == Injection::State::kIdle && !s_.recovery.is_open() && !s_.recovery.ok_due() &&
         s_.late.surplus == 0 && s_.boot.is_over() && !s_.printer.busy.known &&
         !s_.printer.is_busy(s_.ticked, kBusyFresh) && s_.ticked >= s_.quiet_until && use(s_.ticked) == LineUse::kRest;
}

// At rest the next tick is the one in which a query will be due. All ticks are kTickInterval apart, or a multiple of it.
line::Time Arbiter::next_tick() const {
  line::Time next = s_.ticked + kTickInterval;
  if (!rests()) return next;
  while (next < s_.ticked + kTickAtRest && !next_query(next)) next += kTickInterval;
  return next;
}

void Arbiter::tick(line::Time now) {
  if (s_.in_flight.empty()) s_.injection.not_empty_since = line::kNever;
  else if (s_.injection.not_empty_since == line::kNever) s_.injection.not_empty_since = now;
  if (s_.injection.is_draining() && s_.injection.waiting_since != line::kNever && now >= quiesce_ends()) {
    const bool in_vain = now - std::max(s_.injection.waiting_since, s_.last_ok) >= settings_.quiesce_limit;
    if (in_vain) s_.injection.on(Injection::Event::kDoubted);  // no ok came for as long
    release(now);
    if (in_vain) back_off(now);
    count_deferral(printer::DeferReason::kHostActive, now);
  }
  if (now - s_.ticked < kTickInterval) return;
  const line::Time step = std::min(now - s_.ticked, line::Time(seconds(1)));
  s_.ticked = now;
  if (!s_.printer.contact.is_open()) return;
  if (!s_.boot.is_over()) {
    count_reset(s_.boot.tick(now));
    if (s_.boot.is_over()) s_.printer.contact.on(printer::Contact::Event::kBootEnds);
    for (std::size_t i = s_.boot.is_over() ? s_.in_flight.size() : 0; i-- > 0;) {
      if (s_.in_flight[i].is_injected() && s_.in_flight[i].is_optional()) s_.in_flight.erase(i);
    }
  }
  const bool stream_in_flight =
      s_.in_flight.any_host([](const InFlight& e) { return e.number >= 0 && !e.is_optional() && !e.is_poll(); });
  if (stream_in_flight) s_.printer.stream_goes_on(now);
  s_.printer.silence_expected = s_.in_flight.any_host([](const InFlight& e) { return e.may_block(); });
  s_.printer.tick(now);
  s_.prints.tick(s_.printer, stream_in_flight, now);
  if (!s_.prints.is_open() && (s_.prints.has_just_ended() || !s_.printer.stream_is_open()))
    s_.printer.forget_file_progress();
  if (s_.printer.busy.known) s_.counters.busy_time[s_.printer.busy.value] += step;
  if (s_.recovery.is_open() && now - std::max(s_.recovery.since(), s_.last_progress_line) > kRecoveryLimit)
    s_.recovery.on(Recovery::Event::kGivenUp);
  if (now - s_.recovery.since() > kLateOkTime) forget_resend_ok();
  if (s_.late.surplus > 0 && s_.in_flight.empty() && now - s_.last_ok > 2 * kLateOkTime) s_.late.surplus = 0;
  check_injected(now);
  check_abandoned(now);
  check_stale(now);
  consider_asking(now);
}

line::Time Arbiter::deadline() const {
  line::Time next = next_tick();
  if (s_.injection.is_draining() && s_.injection.waiting_since != line::kNever) next = std::min(next, quiesce_ends());
  if (s_.in_flight.injected() && s_.injection.waiting_since != line::kNever && s_.injection.hold_until > s_.ticked)
    next = std::min(next, s_.injection.hold_until);
  return next;
}

}  // namespace gcode::relay
