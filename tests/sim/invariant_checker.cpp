#include "tests/sim/invariant_checker.h"

#include <algorithm>

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A reset, a stop or a hang-up takes a moment until the agent can see it on the serial line.
constexpr Time kNewsTravel = seconds(2);
constexpr Time kAnswerLimit = seconds(14);  // a query without an answer is abandoned
constexpr Time kProbesApart = seconds(3);
// A byte corrupted by noise may have its effect this much later: the agent's timeout and expiry.
constexpr Time kCorruptedFor = seconds(40);
// In addition to the two configured limits: how long the rest of a begun answer to a query may still hold a host line.
constexpr Time kAnswerRuns = milliseconds(510);

// Answers to M105 are interchangeable: the host may get the agent's instead of its own if its own follows within this
// time.
constexpr Time kAnswersSwap = seconds(2);

// The longest time of flowing oks without a temperature: the period of 3 s, and for each failed quiesce 0.5 s and 2 s
// until the next try. Long moves of a print can coincide with the tries: 6.8 s is the worst of 10,000 seeds, 9.9 s of a
// million.
constexpr Time kLongestStarvation = seconds(12);

// A host line that waits longer than this was held until a limit.
constexpr Time kLongHold = milliseconds(400);
// After one ok went wrong the queue is right again within so much traffic; a printer is introduced in so much time.
constexpr Time kBooksHeal = seconds(5);
constexpr Time kLostExpires = seconds(40);  // with no traffic behind it
constexpr std::uint64_t kQueriesHeal = 2;
constexpr Time kIntroducedBy = seconds(20);

bool starts(std::string_view text, std::string_view with) { return text.starts_with(with); }

/// A line that a printer repeats by itself: the only kind that may be withheld from a host although no command caused
/// it.
bool is_report(std::string_view line) {
  while (starts(line, " ")) line.remove_prefix(1);
  if (starts(line, "T:") || starts(line, "T0:")) {  // T0: the rest of a report that a power panic cut
    return line.find("W:") == std::string_view::npos && line.find(" E:") == std::string_view::npos &&
           line.find('/') != std::string_view::npos;
  }
  return starts(line, "X:") || starts(line, "E0:") || starts(line, "SD printing byte") ||
         starts(line, "Not SD printing");
}

bool switches_report(std::string_view line) {
  return line.find("M155") != std::string_view::npos || line.find("M154") != std::string_view::npos ||
         line.find("M123") != std::string_view::npos || line.find("M27") != std::string_view::npos;
}

bool begins_print(std::string_view line) {
  if (line.empty() || line[0] != 'N') return false;
  return line.find('G') != std::string_view::npos || line.find("M104") != std::string_view::npos ||
         line.find("M140") != std::string_view::npos || line.find("M190") != std::string_view::npos ||
         line.find("M109") != std::string_view::npos;
}

char owner_of(std::string_view origins) {
  const bool host = origins.find('h') != std::string_view::npos;
  const bool agent = origins.find('a') != std::string_view::npos;
  if (host) return 'h';
  return agent ? 'a' : '-';
}

std::string quoted(std::string_view bytes) {
  std::string out = "'";
  for (const char c : bytes.substr(0, 80)) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out + "'";
}

}  // namespace

void InvariantChecker::fail(std::string_view what, Time now) {
  if (violations_.size() < 5) violations_.push_back("at " + std::to_string(now.count()) + " us: " + std::string(what));
}

void InvariantChecker::host_opened(Time) { host_asked_reports_ = false; }

void InvariantChecker::host_left() {
  left_ = true;
  line_written_.clear();
}

void InvariantChecker::device_lost() {
  host_wrote_.clear();
  line_written_.clear();
  last_to_printer_ = '\n';
  line_.clear();
  line_origins_.clear();
  line_passed_ = 0;
}

void InvariantChecker::note_host_line(std::string_view line, Time now) {
  if (switches_report(line)) host_asked_reports_ = true;
  if (line.find("M112") != std::string_view::npos) killed_ = true, disturbed_at_ = now;
  if (!line.empty() && line[0] == 'N') last_numbered_ = now;
  if (!print_began_ && begins_print(line)) print_began_ = true;
  if (line.find("M105") != std::string_view::npos) ++m105_unanswered_;
  // A firmware that is not known may drop the line behind it: that ok is not due, and not late either.
  if (!scenario_.settings.poll && line.find(';') != std::string_view::npos) comment_at_ = now;
}

void InvariantChecker::host_wrote(std::string_view bytes, Time now) {
  if (bytes.empty()) return;
  host_wrote_ += bytes;
  for (const char c : bytes) {
    if (c == '\n' || c == '\r') {
      note_host_line(host_line_, now);
      host_line_.clear();
      line_written_.push_back(now);
    } else {
      host_line_ += c;
    }
  }
}

void InvariantChecker::passed_to_printer(std::string_view bytes, Time now) {
  if (!starts(host_wrote_, bytes)) {
    fail("host bytes are not passed unchanged: " + quoted(bytes) + " for " + sim::quoted(host_wrote_),
         now);  // of a std::string: not std::quoted
    return;
  }
  host_wrote_.erase(0, bytes.size());
  if (books_wrong_) traffic_with_wrong_books_ += std::min<Time>(now - last_passed_, seconds(1));
  if (mishap_at_ != kNever && !line_written_.empty() && now - line_written_.front() > kLongHold) ++long_holds_;
  last_to_printer_ = bytes.back();
  last_passed_ = now;
  if (bytes.find("M105") != std::string_view::npos) m105_passed_ = now;
  for (const char* alike : {"M114", "G28", "G29", "G92", "M27", "M123"}) {
    if (bytes.find(alike) != std::string_view::npos) alike_at_ = now;
  }
  const auto ends = std::count_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; });
  const auto n = std::min(static_cast<std::size_t>(ends), line_written_.size());
  line_written_.erase(line_written_.begin(), line_written_.begin() + static_cast<std::ptrdiff_t>(n));
}

void InvariantChecker::check_injected_text(std::string_view bytes, Time now) {
  const bool plain = std::all_of(bytes.begin(), bytes.end() - 1, [](char c) { return c >= ' ' && c < 127; });
  if (bytes.size() > 95 || bytes.back() != '\n' || !plain || bytes.find_first_of("*;") != std::string_view::npos ||
      bytes[0] == 'G' || bytes[0] == 'N' || starts(bytes, "M110") || starts(bytes, "M105 T")) {
    fail("rule 1: injected query " + quoted(bytes), now);
  }
}

void InvariantChecker::injected_written(std::string_view bytes, const VirtualPrinter& printer,
                                        const gcode::relay::LineRelay& relay, const VirtualHost& host, Time now) {
  if (bytes == "\n") {  // separates an unanswered query from the host's next line
    // It also ends a host line whose end was lost, however long ago.
    if (corrupted_ && now - last_passed_ > kCorruptedFor) last_corrupted_ = now;
    return;
  }
  ++injected_lines_;
  check_injected_text(bytes, now);
  if (!scenario_.settings.poll) fail("rule 12: injected query with poll off " + quoted(bytes), now);
  if (last_to_printer_ != '\n' && last_to_printer_ != '\r')
    fail("rule 2: injected query inside a host line " + quoted(bytes), now);
  last_to_printer_ = '\n';
  const bool prints =
      print_began_ && !host.is_done() && !left_ && host.failure().empty() && now - last_numbered_ < seconds(9);
  injected_in_print_ += prints ? 1 : 0;
  // A stalled main loop cannot be distinguished from a lost ok.
  const Faults& f = scenario_.faults;
  const bool stalled = f.stall_at.count() > 0 && now >= f.stall_at && now < f.stall_at + f.stall_for + kNewsTravel;
  const bool quiet = !corrupted_ && !killed_ && !stalled &&
                     (disturbed_at_ == kNever || now - disturbed_at_ > kNewsTravel + f.torn_for);
  if (!quiet) return;
  // A command that was not answered for half a minute expires, whatever it does.
  // An M105 that the arbiter knows to be behind host commands is a probe: seldom, and its answer tells whose it is.
  const bool is_probe = bytes == "M105\n" && relay.commands_in_flight() > 1 && now - last_probe_ > kProbesApart;
  if (is_probe) last_probe_ = now;
  if (!is_probe && printer.commands_of('h') > 0 && now - last_passed_ < seconds(29) && !after_surplus_ok())
    fail("rule 2: injected query while the host has commands outstanding " + quoted(bytes), now);
  const bool abandoned = now - last_injected_ > kAnswerLimit;
  last_injected_ = now;
  if (printer.commands_of('a') > 0 && abandoned) disturbed_at_ = now;  // its answer may come much later
  if (printer.commands_of('a') > 0 && !abandoned) fail("rule 1: a second injected query " + quoted(bytes), now);
  if (printer.is_uploading()) fail("rule 4: injected query into an upload " + quoted(bytes), now);
  if (printer.is_meatpack_on()) fail("rule 4: injected query into MeatPack " + quoted(bytes), now);
  if (printer.is_stopped()) fail("rule 4: injected query to a stopped printer " + quoted(bytes), now);
  if (printer.is_booting() && relay.printer().contact.is_booting())
    fail("rule 8: injected query into the boot text " + quoted(bytes), now);
  if (prints && disturbed_at_ == kNever && starts(scenario_.firmware, "prusa-3.1")) {
    fail("rule 3: injected query in a print on a Prusa that reports by itself " + quoted(bytes), now);
  }
}

// Bare oks are interchangeable: the host must never have fewer than its commands earned, and exactly as many in the
// end.
void InvariantChecker::oracle_ok(char owner, bool withheld, Time now) {
  if (withheld && owner != 'a' && corrupted_ && now - last_corrupted_ < kCorruptedFor) {
    ++mistakes_;  // the relay cannot know about bytes that were lost
    return;
  }
  oks_ahead_ += (withheld ? 0 : 1) - (owner == 'a' ? 0 : 1);
  answers_since_mishap_ += owner == 'a' ? 1 : 0;
  if (!withheld && owner == 'a') ++leaks_;
  // An ok that came twice, or out of nothing, went to the host: it lacks none as long as no more than that is withheld.
  if (oks_ahead_ + surplus_oks_ < 0) fail("rule 6: an ok for the host is withheld", now);
}

void InvariantChecker::oracle_line(std::string_view line, std::string_view origins, const LineVerdict& verdict,
                                   bool asked_reports, Time now) {
  if (scenario_.habits.mishap == Mishap::kNul) line.remove_prefix(std::min(line.find_first_not_of('\0'), line.size()));
  if (starts(line, "Resend")) resend_at_ = now;
  // While the printer is busy, effects of the noise are delayed too.
  if (starts(line, "echo:busy") && corrupted_ && now - last_corrupted_ < kCorruptedFor) last_corrupted_ = now;
  if (starts(line, "start")) start_seen_ = true, oks_ahead_ = answers_ahead_ = 0;
  if (verdict.dropped) return;
  // Lines that noise has joined are classified by their beginning.
  const char owner = corrupted_ ? origins.front() : owner_of(origins);
  if (starts(line, "ok") && owner == 'h' && print_began_) starvation_.ok_for_host(now);
  if (starts(line, "ok") && !starts(line, "ok T:")) {
    if (verdict.attended) oracle_ok(owner, verdict.withheld, now);
    return;
  }
  if (verdict.withheld) {
    if (!scenario_.settings.poll) fail("rule 12: withheld with poll off " + quoted(line), now);
    if (owner == 'h' && starts(line, "ok T:") && answers_ahead_ > 0 && now - answer_leaked_ < kAnswersSwap) {
      --answers_ahead_;
      return;
    }
    // A stopped printer delays the effects too.
    const bool recently_corrupted =
        (corrupted_ && (now - last_corrupted_ < kCorruptedFor || disturbed_at_ != kNever)) || after_surplus_ok();
    if (owner == 'h' && recently_corrupted) ++mistakes_;
    if (owner == 'h' && starts(line, "ok T:") && after_surplus_ok()) ++answers_owed_;
    // A host that is gone misses nothing; a power panic cuts a line in two. Behind an ok, the agent may have asked
    // before the host's temperatures come: behind a stall the host's question was long ago.
    const Faults& f = scenario_.faults;
    const bool is_cut = f.panic_at.count() > 0 && now >= f.panic_at && now - f.panic_at < seconds(1);
    const bool is_late =
        scenario_.habits.temperature_answer == TemperatureAnswer::kOkThenLine && f.stall_at.count() > 0;
    if (owner == 'h' && !recently_corrupted && verdict.attended && !is_cut && !is_late)
      fail("rule 6: an answer to the host is withheld " + quoted(line), now);
    if (owner == '-' && !corrupted_ && !is_report(line))
      fail("rule 6: an unsolicited line is withheld " + quoted(line), now);
    return;
  }
  const bool is_answer_to_m105 = starts(line, "ok T:");
  const bool was_due = m105_unanswered_ > 0;
  if (is_answer_to_m105 && was_due) --m105_unanswered_;
  if (!verdict.attended) return;
  if (verdict.passed_bytes == 0) fail("rule 6: a line is neither passed nor withheld " + quoted(line), now);
  // While a host command runs that prints the same text, a report cannot be distinguished from its answer; around a
  // resend the relay does not try.
  const bool alike = (now - alike_at_ < seconds(1) + scenario_.faults.torn_for || now - resend_at_ < seconds(10)) &&
                     !starts(line, "T:") && !starts(line, " T:");
  // A command whose ok was lost counts as unanswered, a G28 for ten minutes after the last ok.
  const bool lost_lately = mishap_at_ != kNever;
  const bool leak = owner == 'a' || (owner == '-' && !asked_reports && is_report(line) && scenario_.settings.poll &&
                                     !alike && !lost_lately);
  if (is_answer_to_m105 && owner == 'h' && !was_due && !corrupted_ && disturbed_at_ == kNever && !after_surplus_ok())
    fail("rule 6: the host was given two answers to one M105", now);
  if (!leak) return;
  if (owner == 'a' && starts(line, "ok T:") && answers_owed_ > 0) {
    --answers_owed_;
    return;
  }
  ++leaks_;
  if (owner == 'a' && starts(line, "ok T:")) ++answers_ahead_, answer_leaked_ = now;
  // Between M105s of both sides an ok too many swaps answers.
  const bool both_asked = is_answer_to_m105 && now - m105_passed_ < kAnswersSwap;
  // A Resend may flush the M105 of either side: then the host gets the answer that came, and must not get two.
  const bool behind_resend = both_asked && now - resend_at_ < seconds(10) && was_due;
  const bool swapped =
      behind_resend || (after_surplus_ok() && (is_answer_to_m105 ? both_asked || was_due : owner == 'a'));
  if (!swapped && !corrupted_ && disturbed_at_ == kNever && scenario_.faults.stall_at.count() == 0) {
    fail(std::string(owner == 'a' ? "rule 6: an answer to the agent"
                                  : "rule 9: a report to which the host did not subscribe") +
             " reaches the host " + quoted(line),
         now);
  }
}

void InvariantChecker::printer_said(std::string_view bytes, std::string_view origins, const LineVerdict& verdict,
                                    bool asked_reports, Time now) {
  line_ += bytes;
  line_origins_ += origins;
  line_passed_ += verdict.passed_bytes;
  if (verdict.host_waits) alike_at_ = now;  // also if the line is not complete yet
  if (bytes.back() != '\n') return;
  LineVerdict whole = verdict;
  whole.passed_bytes = line_passed_;
  oracle_line(line_, line_origins_, whole, asked_reports, now);
  line_.clear();
  line_origins_.clear();
  line_passed_ = 0;
}

void InvariantChecker::executed(const Executed& executed, Time) {
  if (!executed.from_sd && executed.number >= 0) executed_.push_back(executed);
}

void InvariantChecker::check(const gcode::relay::LineRelay& relay, const VirtualHost& host, const VirtualPrinter&,
                             Time now) {
  const auto& settings = scenario_.settings;
  const Time longest = settings.poll
                           ? 2 * settings.quiesce_limit + std::max(settings.hold_limit, kAnswerRuns) + milliseconds(2)
                           : Time::zero();
  if (!line_written_.empty() && now - line_written_.front() > longest) {
    fail("rule 2: a host line is held for more than " + std::to_string(longest.count() / 1000) + " ms", now);
  }
  if (print_began_ && !host.is_done() && relay.printer().temperature_report.known) {
    oldest_temperature_ = std::max(oldest_temperature_, now - relay.printer().temperature_report.at);
  }
  check_starvation(relay, host, now);
  check_habits(relay, now);
}

// One ok too many makes the agent take a host command for answered too early. Nothing shows it before the answers to its
// own queries do. An answer behind an ok without its line end goes to the host with it, whose ever it is.
bool InvariantChecker::after_surplus_ok() const {
  const Mishap mishap = scenario_.habits.mishap;
  return (mishap == Mishap::kDoubled || mishap == Mishap::kForged || mishap == Mishap::kGlued) &&
         mishap_at_ != kNever && answers_since_mishap_ <= kQueriesHeal;
}

void InvariantChecker::mishap(Time now) {
  mishap_at_ = now;
  answers_since_mishap_ = 0;
  const Mishap kind = scenario_.habits.mishap;
  surplus_oks_ += kind == Mishap::kDoubled || kind == Mishap::kForged ? 1 : 0;
}

// Nothing else disturbs the run.
bool InvariantChecker::has_one_mishap_alone() const {
  const Faults& f = scenario_.faults;
  return scenario_.habits.most_mishaps == 1 && f.typed.empty() && !f.end_the_print() && f.torn_lines <= 0 &&
         scenario_.kill_chance <= 0;
}

void InvariantChecker::books(std::size_t in_flight, std::size_t unanswered, bool can_probe, Time now) {
  can_probe_ = can_probe;
  books_wrong_ = mishap_at_ != kNever && in_flight != unanswered;
  if (!books_wrong_ || !can_probe) traffic_with_wrong_books_ = {};
  if (traffic_with_wrong_books_ > kBooksHeal && has_one_mishap_alone() && scenario_.settings.poll &&
      !after_surplus_ok())
    fail("books: " + std::to_string(in_flight) + " commands in flight, but " + std::to_string(unanswered) +
             " are unanswered, 5 s after one ok went wrong",
         now);
}

void InvariantChecker::check_habits(const gcode::relay::LineRelay& relay, Time now) {
  // An answer behind an ok without a line end may not show that the queue is wrong.
  const bool hides_answers = scenario_.habits.mishap == Mishap::kGlued;
  if (long_holds_ > 1 && scenario_.instant_moves && has_one_mishap_alone() && !hides_answers)
    fail("rule 2: a host is held twice for one doubt", now);
  if (introduced_checked_ || now < kIntroducedBy) return;
  introduced_checked_ = true;
  const bool undisturbed = !corrupted_ && disturbed_at_ == kNever && scenario_.faults.stall_at.count() == 0;
  const bool can_be =
      undisturbed && scenario_.connect_at > kIntroducedBy && scenario_.settings.poll && scenario_.settings.identity;
  if (can_be && injected_lines_ == 0) fail("a printer was asked nothing in its first 20 s", now);
  const bool has_name = scenario_.habits.identity.empty() || scenario_.habits.identity.starts_with("FIRMWARE_NAME:");
  if (can_be && has_name && !relay.printer().firmware.known) fail("a printer is not introduced within 20 s", now);
}

// Only where temperatures come by the agent's M105 alone, and only host lines delay it.
void InvariantChecker::check_starvation(const gcode::relay::LineRelay& relay, const VirtualHost& host, Time now) {
  const gcode::dialect::Dialect& dialect = relay.dialect();
  // An unidentified printer gets no query during a print (rule 3), nor one whose answers were never seen.
  const bool by_question =
      relay.counters().queries[gcode::printer::Query::kM105][gcode::printer::QueryOutcome::kAnswered] > 0 &&
      relay.dialect().family != gcode::dialect::FirmwareFamily::kUnknown &&
      (dialect.family != gcode::dialect::FirmwareFamily::kUnknown &&
       dialect.autoreport != gcode::dialect::Autoreport::kMask);
  const bool undisturbed =
      !corrupted_ && disturbed_at_ == kNever && scenario_.faults.typed.empty() && !scenario_.faults.end_the_print();
  // While a torn line waits for its rest nothing is asked, and a lost ok needs a question.
  const bool cannot_ask = mishap_at_ != kNever && (!can_probe_ || scenario_.faults.torn_lines > 0);
  const bool prints = print_began_ && !host.is_done() && scenario_.settings.poll && !cannot_ask;
  starvation_.temperature_at(prints && by_question && undisturbed ? relay.printer().temperature_report.at : now);
  if (starvation_.starved() > kLongestStarvation)
    fail("rule 2: a printing host starves the agent of temperatures", now);
}

void InvariantChecker::check_executed(Time now) {
  std::vector<std::string> expected;
  for (const std::string& line : scenario_.print) {
    if (starts(line, "G1")) expected.push_back(line.substr(0, line.find_first_of(";")));
  }
  for (std::string& line : expected) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
  }
  std::vector<std::string> done;
  for (const Executed& e : executed_) {
    if (starts(e.text, "G1")) done.push_back(e.text.substr(0, e.text.find_last_not_of(' ') + 1));
  }
  if (done == expected) return;
  const auto at = static_cast<std::size_t>(
      std::mismatch(done.begin(), done.end(), expected.begin(), expected.end()).first - done.begin());
  fail("duty 1: move " + std::to_string(at) + " of " + std::to_string(expected.size()) +
           " is not executed once and in order: " + sim::quoted(at < done.size() ? done[at] : "nothing") + " for " +
           sim::quoted(at < expected.size() ? expected[at] : "nothing") + ", " + std::to_string(done.size()) +
           " executed",
       now);
}

void InvariantChecker::finish(std::size_t host_in_flight, const VirtualHost& host, bool came_to_an_end, Time now) {
  if (!violations_.empty()) return;
  // A host that slept, or half a report that waited for its rest: it reads reports from before it switched them off.
  const bool is_late = scenario_.faults.host_sleeps_at.count() > 0 || scenario_.faults.torn_lines > 0;
  const bool reads_late = is_late && scenario_.faults.typed == "M155 S0";
  // Temperatures that do not come in the line of their ok tell OctoPrint the same without the agent.
  const bool splits_answers = scenario_.habits.temperature_answer == TemperatureAnswer::kOkThenLine ||
                              scenario_.habits.temperature_answer == TemperatureAnswer::kLineThenOk ||
                              scenario_.habits.mishap == Mishap::kGlued;
  // It takes `wait` for an ok in a print (protocol-hosts.md 1.1) and is ahead by one then: the temperatures of a waiting
  // command come when it takes that command for answered.
  const bool waits = scenario_.habits.chatter == Chatter::kWait;
  if (!reads_late && !splits_answers && !waits && host.saw_external_heatup() && scenario_.settings.poll &&
      !corrupted_ && disturbed_at_ == kNever)
    fail("rule 9: the host assumes an external heat-up", now);
  if (scenario_.faults.end_the_print()) return;
  const bool prints = scenario_.host != "terminal";
  if (!host.failure().empty()) fail("duty 1: the host gave up: " + host.failure(), now);
  if (prints && !came_to_an_end) fail("duty 1: the print hangs", now);
  // Without an M105 that it may ask, the agent waits until the line was silent for long.
  const bool lost_lately = mishap_at_ != kNever && (!can_probe_ || scenario_.faults.torn_lines > 0 ||
                                                    now - std::max(mishap_at_, last_passed_) < kLostExpires);
  if (host_in_flight > 0 && !lost_lately && now - comment_at_ > kLostExpires)
    fail("rule 6: " + std::to_string(host_in_flight) + " commands are still in flight", now);
  if (oks_ahead_ > 0) fail("rule 6: the host was given " + std::to_string(oks_ahead_) + " surplus oks", now);
  if (prints && host.is_done()) check_executed(now);
}

LoopResult InvariantChecker::result() const {
  LoopResult result;
  result.violations = violations_;
  result.injected_lines = injected_lines_;
  result.injected_lines_in_print = injected_in_print_;
  result.leaks = leaks_;
  result.mistakes = mistakes_;
  result.corrupted_bytes = corrupted_bytes_;
  result.oldest_temperature = oldest_temperature_;
  result.longest_starvation = starvation_.longest();
  return result;
}

}  // namespace sim
