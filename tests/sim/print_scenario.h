// One print with a known fate: a virtual host (or the card), the real relay, a virtual printer, and something that happens
// in mid-print. What became of it is known for certain, so what the relay's book of prints says can be judged.
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
  kPause,     ///< the host pauses for a minute and goes on: completed
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
  bool happened = false;  ///< the fate met a print that ran
  std::uint64_t started = 0;
  std::optional<gcode::printer::PrintResult> result;  ///< of the first print; nothing: it is open still
  std::string why;                                    ///< the rule
  double left_out_seconds = 0;                        ///< of the time from beginning to end
  double paused_seconds = 0;                          ///< how long it was in truth, at least
  double extruded_mm = 0, commanded_mm = 0;
};

[[nodiscard]] PrintScenario draw_print_scenario(std::uint64_t seed);
[[nodiscard]] PrintScenarioEnd run_print_scenario(const PrintScenario& scenario);
/// What it was in truth; nothing where even a person who reads the line could not tell.
[[nodiscard]] std::optional<gcode::printer::PrintResult> truth_of(const PrintScenario& scenario);
[[nodiscard]] std::string describe(const PrintScenario& scenario);

}  // namespace sim
