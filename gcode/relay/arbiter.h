// Decides, line by line, what goes where. A pure state machine: every call is an event with its instant, every result a
// verdict; the state is one plain value. Its rules are those of packaging/doc/architecture.md:
//
//   rule  what it does here                                            where
//   2     inject a query only when no ok is owed; drain, hold          arbiter.cpp consider_asking(), injection.h
//   3     no queries in a host's print if other lines give the values  arbiter.cpp use(), poller.cpp
//   4     forbidden windows                                            arbiter.cpp forbidden()
//   5     an emergency line releases everything held                   arbiter_host.cpp release()
//   6     content decides the owner of a line; unconfirmed: the host   arbiter_replies.cpp kVerdictRules
//         ... and of an ok                                             arbiter_oks.cpp kOkRules
//         what a line owes                                             arbiter_host.cpp kOweRules
//   7     a lost injected query keeps its slot                         arbiter_silence.cpp, late_acks.h
//   8     `start` clears everything; wait until the boot text ends     arbiter_replies.cpp on_start(), boot.h
//   9     the host sees reports as it asked for them                   arbiter_reports.cpp show_report()
//         what the printer's planner holds, and why it ran dry         arbiter_planner.cpp
//         how far a print had come when it ended                       arbiter_stream.cpp
//
// What lasts longer than a line is a machine with named states: Boot, Upload, Recovery (resends), Injection, HostStream.
// It handles no bytes (LineRelay does) and no firmware versions (Dialect does).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"
#include "gcode/line/time.h"
#include "gcode/planner/planner.h"
#include "gcode/printer/lifetime.h"
#include "gcode/printer/link_counters.h"
#include "gcode/printer/mmu.h"
#include "gcode/printer/print_watch.h"
#include "gcode/printer/printer_state.h"
#include "gcode/relay/boot.h"
#include "gcode/relay/host_stream.h"
#include "gcode/relay/in_flight.h"
#include "gcode/relay/injection.h"
#include "gcode/relay/late_acks.h"
#include "gcode/relay/poller.h"
#include "gcode/relay/recovery.h"
#include "gcode/relay/relay_settings.h"
#include "gcode/relay/stream_position.h"
#include "gcode/relay/subscriptions.h"
#include "gcode/relay/upload.h"
#include "gcode/reply/reply.h"

namespace gcode::relay {

/// After this much silence of the host its commands are done.
inline constexpr line::Time kHostIsDone = std::chrono::seconds(2);

/// Which line of a Prusa report the last printer line was.
enum class LastReport : std::uint8_t { kNone, kTemperature, kPosition };

enum class Verdict : std::uint8_t {
  kPass,
  kWithhold,
  kPassFromOk,  ///< what is before Reply::from_ok is a report of the agent, the rest is the host's ok
};

/// What may decide whose a plain ok is; the rules and their order are in arbiter_oks.cpp.
enum class OkCondition : std::uint8_t {
  kFragmentIsDue,
  kNamesOldLine,
  kNamesNoneInSurplus,
  kNoneWaitsInSurplus,
  kNoneWaits,
  kM105WaitsInSurplus,
  kM105Waits,
  kExpiredIsDue,
  kHostIsFirst,
  kAnswerIsOvertaken,
  kIsCertainlyInjected,
  kInjectedByLast,
  kAlways,
};
/// Whose a printer line may be; the rules and their order are in arbiter_replies.cpp.
enum class LineOwner : std::uint8_t {
  kAck,
  kRejection,
  kResendRequest,
  kAnswersInjected,
  kAnswersLate,
  kTornReport,
  kUnreadableReport,
  kReport,
  kOther,
};
/// Whether a program has the host port open.
enum class HostPort : std::uint8_t {
  kClosed,
  kOpen,
  kDropsLine,  ///< the host does not read: the beginning of the printer's line was dropped, so its rest is too
  kDropsRest,  ///< the host does not read: the beginning of the printer's line has passed, of its rest only the end does
};
/// A comment behind the last host line: it may drop that line and the next (Dialect::comment_swallows_next).
enum class Comment : std::uint8_t { kNone, kDropsNext, kMayDropNext };
/// What becomes of an ok, and of the in-flight queue.
enum class OkAction : std::uint8_t {
  kPassFragment,
  kCountUnexpected,
  kTakeSurplus,
  kAcknowledge,
  kQueryWasLost,
  kAnswerInjected,
  kPassInDoubt,
  kPassForSurplus,
};

/// Everything that the next instance needs to resume. Plain and trivially copyable.
struct ArbiterState {
  InFlightQueue in_flight;
  Subscriptions subscriptions;
  Poller poller;
  printer::PrinterState printer;
  printer::LinkCounters counters;
  printer::PrintWatch prints;
  printer::Mmu mmu;
  printer::Lifetime lifetime;
  planner::Planner planner;
  std::uint8_t dialect = 0;  ///< Dialect::id

  // --- machines
  Boot boot;
  Upload upload;
  Recovery recovery;
  Injection injection;
  LateAcks late;
  StreamPosition stream_position;  ///< of a host's print before the last event that may have ended it

  // --- what the printer is doing
  HostPort host = HostPort::kClosed;
  HostStream host_stream;
  Comment comment = Comment::kNone;
  std::int64_t sent_twice = -1;   ///< a line that may be rejected once more because the host resent it, or -1
  std::int64_t last_number = -1;  ///< N of the last numbered host line
  reply::ResendReason resend_reason = reply::ResendReason::kOther;
  /// This printer's heating lines carry W:, so they differ from reports. Learned once, whatever state the rest is in.
  bool heating_says_w = false;
  LastReport last_report = LastReport::kNone;
  line::Time last_report_at{};    ///< instant of the last line
  line::Time last_report_read{};  ///< when a temperature report was last read
  line::Time last_host_line{-std::chrono::hours(1)};
  line::Time last_progress_line{};  ///< last busy or heating line: the printer is working
  line::Time last_ok{};
  line::Time waits_since = line::kNever;  ///< the last line but reports was "wait", and when it came
  line::Time quiet_until{};               ///< a command that sends its ok early still runs
  line::Time empty_since = line::kNever;  ///< since when no command is in flight in a print
  line::Time held_from{}, held_until{};   ///< the agent held a line of the host, the last time
  line::Time slowest_other{};             ///< of the commands since the last move: the longest time to an ok
  line::Time ticked{};
  printer::StarvedBy perhaps_starved_by{};  ///< the cause, if the next oks show that the planner was empty
};

class Arbiter {
 public:
  /// `state` is not owned and outlives the arbiter.
  explicit Arbiter(ArbiterState& state);

  void apply(const RelaySettings& settings);

  // --- events
  void resume(line::Time now);
  void printer_opened(line::Time now);
  void printer_lost(line::Time now);
  void host_opened(line::Time now);
  void host_closed(line::Time now);
  /// A whole host line is passed to the printer. `length`: bytes without terminator.
  void host_line(const command::Command& command, std::size_t length, line::Time now);
  /// The next host line would follow an unanswered injected query. If the end of that query was lost, the two lines
  /// would run together. A separator newline before the host's line prevents it and has no other effect.
  [[nodiscard]] bool wants_separator() const;
  void separator_sent() { s_.injection.on(Injection::NewlineEvent::kSentBeforeHost); }
  /// A part of a host line without its end was passed, or the end of such a line. The stream's state has changed.
  void host_fragment(line::Time now);
  /// The host's bytes switched MeatPack on or off.
  void host_meatpack(bool on) { s_.host_stream.switch_meatpack(on); }
  /// A host line waits because of holds_host().
  void host_waits(line::Time now);
  /// An emergency line is among the waiting ones, or their buffer is full: the hold ends.
  void release(line::Time now);
  /// A printer line; the verdict is for the host's copy of it.
  Verdict printer_line(const reply::Reply& reply, line::Time now);
  void tick(line::Time now);

  // --- results
  [[nodiscard]] bool holds_host(line::Time now) const;
  /// The injected query to write now, if any. It counts as sent from then on.
  std::optional<InjectedLine> injected_line(line::Time now);
  /// A host line expired without an answer, or the port was opened after another program. If the end of a line was lost
  /// or never written, the printer still holds the rest, and the next injected query would be appended to it: a bare
  /// newline goes first. True once, when it must be sent.
  bool take_newline(line::Time now);
  /// Time of the next tick; it may have passed.
  [[nodiscard]] line::Time deadline() const;
  /// The host's bytes are not lines: MeatPack, packets, or part of an upload. Nothing is held or added.
  [[nodiscard]] bool is_transparent() const {
    return s_.host_stream.is_packed() || s_.host_stream.is_binary() || s_.upload.is_open();
  }
  /// The agent has no query outstanding and no report set, so every printer byte is the host's.
  [[nodiscard]] bool is_listening_only() const;
  [[nodiscard]] bool host_is_attached() const { return s_.host != HostPort::kClosed; }
  /// A line that begins with `first` may have to be withheld once it is complete: no part of it is passed before that.
  [[nodiscard]] bool may_withhold(char first) const;
  /// The agent has set periodic reports.
  [[nodiscard]] bool reports_are_set() const;
  [[nodiscard]] const dialect::Dialect& dialect() const { return *dialect_; }

 private:
  // arbiter.cpp, arbiter_host.cpp
  [[nodiscard]] InFlight entry_for(const command::Command& command, line::Time now) const;
  void learn_command(const command::Command& command, line::Time now);
  void note_number(const command::Command& command);
  [[nodiscard]] LineUse use(line::Time now) const;
  [[nodiscard]] std::optional<printer::DeferReason> forbidden(line::Time now) const;
  void consider_asking(line::Time now);
  [[nodiscard]] std::optional<InjectedLine> next_query(line::Time now) const;
  [[nodiscard]] bool awaits_expired() const;
  void back_off(line::Time now);
  [[nodiscard]] bool doubts_queue(line::Time now) const;
  [[nodiscard]] bool wants_probe(line::Time now) const;
  [[nodiscard]] bool is_first_m105(line::Time now) const;
  [[nodiscard]] bool can_answer_in_any_form() const;
  [[nodiscard]] bool only_m105_prints_it() const;
  [[nodiscard]] bool is_late_answer_due(printer::Query query, line::Time now) const;
  void restore_overtaking();
  void odd_m105_answer(line::Time now);
  // arbiter_silence.cpp
  [[nodiscard]] line::Time answer_limit() const;
  [[nodiscard]] bool was_given_up(const InFlight& injected, line::Time now) const;
  [[nodiscard]] bool may_ask_again(line::Time now) const;
  [[nodiscard]] InjectedLine probe() const;
  void check_injected(line::Time now);
  void check_abandoned(line::Time now);
  void check_stale(line::Time now);
  // arbiter.cpp, arbiter_host.cpp
  void forget_injected_without_ok(line::Time now);
  void count_deferral(printer::DeferReason reason, line::Time now);
  void count_reset(std::optional<reply::ResetCause> reset);
  [[nodiscard]] line::Time quiesce_ends() const;
  [[nodiscard]] bool rests() const;
  [[nodiscard]] line::Time next_tick() const;
  void close_starvation(line::Time now);
  // arbiter_planner.cpp
  void planner_hears(const reply::Reply& reply);
  void planner_takes(const InFlight& acknowledged, line::Time now);
  [[nodiscard]] printer::StarvedBy starved_by(line::Time sent, line::Time before, line::Time dry, line::Time now) const;
  // arbiter_stream.cpp
  void remember_stream(line::Time now);
  // arbiter_replies.cpp, arbiter_oks.cpp, arbiter_reports.cpp
  Verdict decide(const reply::Reply& reply, line::Time now);
  [[nodiscard]] inline bool holds(LineOwner owner, const reply::Reply& reply, line::Time now) const;
  [[nodiscard]] LastReport report_before(const reply::Reply& reply) const;
  void note_report(const reply::Reply& reply, LastReport after, line::Time now);
  void take_answer(const reply::Reply& reply, line::Time now);
  void doubt_injected(const reply::Reply& reply);
  Verdict on_ok(const reply::Reply& reply, line::Time now);
  void forget_resend_ok();
  Verdict on_temperature_ok(const reply::Reply& reply, line::Time now);
  Verdict on_oks_behind(const reply::Reply& answer, Verdict verdict, line::Time now);
  Verdict on_plain_ok(const reply::Reply& reply, line::Time now);
  [[nodiscard]] bool is_certainly_injected(const reply::Reply& reply, line::Time now) const;
  [[nodiscard]] inline bool holds(OkCondition when, const reply::Reply& reply, line::Time now) const;
  Verdict take_ok(OkAction action, const reply::Reply& reply, line::Time now);
  void lose_injected();
  void lose_m105s(line::Time now);
  Verdict answer_injected(line::Time now);
  void expect_duplicate_ack(line::Time now);
  [[nodiscard]] bool is_no_answer_to_m105(const reply::Reply& reply) const;
  Verdict on_error(const reply::Reply& reply);
  Verdict on_resend(const reply::Reply& reply, line::Time now);
  Verdict show_report(const reply::Reply& reply, LastReport after, line::Time now);
  Verdict without_cut_report(const reply::Reply& reply, Verdict verdict, LastReport after, line::Time now);
  void end_reports_that_cut_oks(const reply::Reply& reply);
  [[nodiscard]] bool can_end_own_reports() const;
  [[nodiscard]] bool is_answer_to_host(const reply::Reply& reply, LastReport after, line::Time now) const;
  void on_start(line::Time now);
  void port_changed(line::Time now);
  void keep_only_latest(line::Time now);
  void learn(const reply::Reply& reply, line::Time now);
  void note(const reply::Reply& reply, line::Time now);
  void on_wait(line::Time now);
  void on_upload_begin();
  void note_binary(const reply::Reply& reply);
  void count(const reply::Reply& reply);
  void on_overflow(const reply::Reply& reply);
  void identify(const reply::Reply& reply);
  void use_dialect(const dialect::Dialect& row);
  [[nodiscard]] bool is_unreadable_report(const reply::Reply& reply) const;
  [[nodiscard]] bool rejects_injected(const reply::Reply& reply) const;
  [[nodiscard]] bool rejects_host_command(const reply::Reply& reply) const;
  [[nodiscard]] bool rejects_a_fragment(const reply::Reply& reply) const;
  [[nodiscard]] bool answers_injected(const reply::Reply& reply) const;
  void finish_injected(printer::QueryOutcome outcome, line::Time now);
  void acknowledge(line::Time now);
  void keep_quiet(const InFlight& acknowledged, line::Time now);
  void drop_before(std::size_t index);
  void count_latency(const InFlight& entry, line::Time now);
  void after_ok(line::Time now);

  ArbiterState& s_;
  RelaySettings settings_{};
  const dialect::Dialect* dialect_ = &dialect::unknown_dialect();
  std::int32_t planner_free_ = -1;  ///< of the ok that is handled now
};

}  // namespace gcode::relay
