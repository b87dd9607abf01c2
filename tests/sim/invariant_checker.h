// The invariant checker of a closed loop: knows what was written, which command caused each byte of the printer, and
// what reached the host; reports which invariant a step broke. It shares no code with the arbiter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gcode/relay/line_relay.h"
#include "tests/sim/closed_loop.h"
#include "tests/sim/loop_starvation.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"

namespace sim {

/// What the relay did with a piece of a printer line.
struct LineVerdict {
  bool withheld = false;
  bool dropped = false;
  bool attended = false;
  bool host_waits = false;  ///< a host command is at the printer
  std::size_t passed_bytes = 0;
};

class InvariantChecker {
 public:
  explicit InvariantChecker(const LoopScenario& scenario) : scenario_(scenario) {}

  // --- events
  void host_opened(Time now);
  void host_left();
  void host_wrote(std::string_view bytes, Time now);
  void passed_to_printer(std::string_view bytes, Time now);
  void injected_written(std::string_view bytes, const VirtualPrinter& printer, const gcode::relay::LineRelay& relay,
                        const VirtualHost& host, Time now);
  void printer_said(std::string_view bytes, std::string_view origins, const LineVerdict& verdict, bool asked_reports,
                    Time now);
  void executed(const Executed& executed, Time now);
  void corrupted(Time now) { last_corrupted_ = now, corrupted_ = true, ++corrupted_bytes_; }
  void disturbed(Time now) { disturbed_at_ = now; }
  void typed(Time now) { typed_at_ = now; }
  void device_lost();

  // --- checks
  /// Between two bytes of the printer, with nothing on its way: how many commands the agent takes for unanswered, and
  /// how many are.
  /// `can_probe`: the agent may ask M105, and the printer has answered one.
  void books(std::size_t in_flight, std::size_t unanswered, bool can_probe, Time now);
  void mishap(Time now);
  void check(const gcode::relay::LineRelay& relay, const VirtualHost& host, const VirtualPrinter& printer, Time now);
  /// `host_in_flight`: host commands that the arbiter takes for unanswered, long after the end.
  void finish(std::size_t host_in_flight, const VirtualHost& host, bool came_to_an_end, Time now);
  void fail(std::string_view what, Time now);

  [[nodiscard]] bool host_sees_reports() const { return host_asked_reports_; }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] LoopResult result() const;

 private:
  void oracle_ok(char owner, bool withheld, Time now);
  void oracle_line(std::string_view line, std::string_view origins, const LineVerdict& verdict, bool asked_reports,
                   Time now);
  void check_injected_text(std::string_view bytes, Time now);
  void note_host_line(std::string_view line, Time now);
  void check_executed(Time now);
  void check_habits(const gcode::relay::LineRelay& relay, Time now);
  [[nodiscard]] bool has_one_mishap_alone() const;
  [[nodiscard]] bool after_surplus_ok() const;
  void check_starvation(const gcode::relay::LineRelay& relay, const VirtualHost& host, Time now);

  const LoopScenario& scenario_;
  std::vector<std::string> violations_;
  std::string host_wrote_;          ///< not passed yet
  std::vector<Time> line_written_;  ///< when the host ended each line that is not passed yet
  std::string host_line_;           ///< the incomplete host line
  char last_to_printer_ = '\n';
  bool host_asked_reports_ = false;  ///< it sent a command that switches a report
  std::string line_, line_origins_;  ///< the incomplete printer line
  std::size_t line_passed_ = 0;
  bool start_seen_ = false;
  bool left_ = false;
  bool print_began_ = false;
  std::int64_t oks_ahead_ = 0;      ///< bare oks passed to the host, minus those that belong to it
  std::int64_t answers_ahead_ = 0;  ///< agent's M105 answers passed to the host, minus withheld ones of the host
  Time answer_leaked_{-std::chrono::hours(1)};
  Time last_numbered_{};
  Time last_passed_{};
  Time last_injected_{-std::chrono::hours(1)};
  Time last_probe_{-std::chrono::hours(1)};
  std::int64_t m105_unanswered_ = 0;  ///< of the host
  Time comment_at_{-std::chrono::hours(1)};
  Time resend_at_{-std::chrono::hours(1)};
  Time alike_at_{-std::chrono::hours(1)};  ///< when a host command was passed whose answer has the format of a report
  bool killed_ = false;
  bool corrupted_ = false;
  Time last_corrupted_{};
  Time disturbed_at_ = kNever;
  Time typed_at_ = kNever;
  Time mishap_at_ = kNever;                 ///< the printer's last ok that went wrong
  std::uint64_t answers_since_mishap_ = 0;  ///< to the agent
  Time traffic_with_wrong_books_{};         ///< since they were right last
  bool books_wrong_ = false;
  Time m105_passed_{-std::chrono::hours(1)};  ///< when a host's last M105 was
  int answers_owed_ = 0;                      ///< answers to the host that were withheld in place of the agent's
  bool can_probe_ = false;
  std::int64_t surplus_oks_ = 0;  ///< that the printer sent by such a mishap
  int long_holds_ = 0;            ///< since the mishap
  bool introduced_checked_ = false;
  std::vector<Executed> executed_;
  std::uint64_t injected_lines_ = 0, injected_in_print_ = 0, leaks_ = 0, mistakes_ = 0, corrupted_bytes_ = 0;
  Time oldest_temperature_{};
  LoopStarvation starvation_;
};

}  // namespace sim
