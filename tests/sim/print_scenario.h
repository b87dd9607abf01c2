// One print with a known outcome: a virtual host (or the card), the real relay, a virtual printer, and an event during
// the print. The outcome is certain, so the result that the relay's print watch reports can be checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gcode/printer/print_job.h"

namespace sim {

/// What happens when a third of the moves are done.
enum class PrintOutcome : std::uint8_t {
  kNothing,   ///< completed
  kPause,     ///< the host pauses for a minute and resumes: completed
  kCancel,    ///< the user cancels at the host; half a minute later the host is closed
  kMenuStop,  ///< the printer's own menu or a command stops it
  kReset,
  kThermistor,
  kPowerPanic,
  kUnplug,
  kEmergency,
  kHostLeaves,
  kCount
};

struct PrintScenario {
  std::uint64_t seed = 1;
  std::string firmware, host;  ///< host "card": M23 and M24 from a terminal; "menu": started at the printer
  PrintOutcome outcome = PrintOutcome::kNothing;
};

struct PrintScenarioEnd {
  bool happened = false;  ///< the event happened during a running print
  std::uint64_t started = 0;
  std::optional<gcode::printer::PrintResult> result;  ///< of the first print; empty: still open
  std::string why;                                    ///< the rule
  double left_out_seconds = 0;                        ///< excluded from the time between beginning and end
  double paused_seconds = 0;                          ///< true duration of the pause, at least
  double extruded_mm = 0, commanded_mm = 0;
};

[[nodiscard]] PrintScenario draw_print_scenario(std::uint64_t seed);
[[nodiscard]] PrintScenarioEnd run_print_scenario(const PrintScenario& scenario);
/// The true result; empty where it cannot be seen on the serial line.
[[nodiscard]] std::optional<gcode::printer::PrintResult> truth_of(const PrintScenario& scenario);
[[nodiscard]] std::string describe(const PrintScenario& scenario);

}  // namespace sim
