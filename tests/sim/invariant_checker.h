// The judge of a closed loop: knows what was written, what the printer caused each byte for, and what reached whom; says
// which invariant a step broke. It shares no code with the arbiter.
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
  bool host_waits = false;  ///< a command of the host's is with the printer
  std::size_t passed_bytes = 0;
};

class InvariantChecker {
 public:
  explicit InvariantChecker(const LoopScenario& scenario) : scenario_(scenario) {}

  // --- what happened
  void host_opened(Time now);
  void host_left();
  void host_wrote(std::string_view bytes, Time now);
  void passed_to_printer(std::string_view bytes, Time now);
  void injected_written(std::string_view bytes, const VirtualPrinter& printer, const gcode::relay::LineRelay& relay,
                        const VirtualHost& host, Time now);
  void printer_said(std::string_view bytes, std::string_view origins, const LineVerdict& verdict, bool asked_reports,
                    Time now);
  void executed(const Executed& executed, Time now);
  void spoiled(Time now) { last_spoiled_ = now, spoiled_ = true, ++spoiled_bytes_; }
  void disturbed(Time now) { disturbed_at_ = now; }
  void typed(Time now) { typed_at_ = now; }
  void device_lost();

  // --- what must hold
  void check(const gcode::relay::LineRelay& relay, const VirtualHost& host, const VirtualPrinter& printer, Time now);
  /// `host_in_flight`: commands of the host's that the arbiter believes unanswered, long after the end.
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
  void check_starvation(const gcode::relay::LineRelay& relay, const VirtualHost& host, Time now);

  const LoopScenario& scenario_;
  std::vector<std::string> violations_;
  std::string host_wrote_;          ///< not passed on yet
  std::vector<Time> line_written_;  ///< when the host ended each line that is not passed yet
  std::string host_line_;           ///< the host's line in the making
  char last_to_printer_ = '\n';
  bool host_asked_reports_ = false;  ///< it sent any command that switches a report
  std::string line_, line_origins_;  ///< the printer's line in the making
  std::size_t line_passed_ = 0;
  bool start_seen_ = false;
  bool left_ = false;
  bool print_began_ = false;
  std::int64_t oks_ahead_ = 0;      ///< bare oks that the host was given, minus those that were its
  std::int64_t answers_ahead_ = 0;  ///< answers to the agent's M105 that the host was given and has no own for yet
  Time answer_leaked_{-std::chrono::hours(1)};
  Time last_numbered_{};
  Time last_passed_{};
  Time resend_at_{-std::chrono::hours(1)};
  Time alike_at_{-std::chrono::hours(1)};  ///< when a host command was passed whose answer looks like a report
  bool killed_ = false;
  bool spoiled_ = false;
  Time last_spoiled_{};
  Time disturbed_at_ = kNever;
  Time typed_at_ = kNever;
  std::vector<Executed> executed_;
  std::uint64_t injected_lines_ = 0, injected_in_print_ = 0, leaks_ = 0, mistakes_ = 0, spoiled_bytes_ = 0;
  Time oldest_temperature_{};
  LoopStarvation starvation_;
};

}  // namespace sim
