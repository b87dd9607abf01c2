// One print of a virtual host through the real relay on a virtual printer whose planner lasts, with events that let it
// run dry: a host that thinks or pauses, a burst of noise, a printer that stands still, an answer that the agent waits
// for. What the relay counts is compared with the printer's own planner, underrun by underrun.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gcode/printer/link_counters.h"
#include "tests/sim/clock.h"

namespace sim {

inline constexpr gcode::printer::StarvedBy kStarvers[] = {
    gcode::printer::StarvedBy::kHost, gcode::printer::StarvedBy::kResend, gcode::printer::StarvedBy::kAgent,
    gcode::printer::StarvedBy::kPrinter};
inline constexpr gcode::line::EnumArray<gcode::printer::StarvedBy, const char*> kStarvedByNames{"host", "resend",
                                                                                                "agent", "printer"};

struct UnderrunScenario {
  std::uint64_t seed = 1;
  std::string firmware = "marlin-2.1.2-plain";
  std::string host = "octoprint";
  bool trace = false;  ///< prints the spells and what was told
};

/// The printer's planner was empty although its host had more to send.
struct TrueUnderrun {
  bool counts = true;  ///< for 20 ms to 10 s, with six blocks before; others may be told or not
  Time from{}, to{};
  int blocks = 0;
  Time starving{};  ///< what is told since then is this one
  Time told_by{};   ///< what is told later is another's
  gcode::printer::StarvedBy cause{};
  /// Most of the time the bytes were on their way: whose fault that is nobody can say.
  bool on_the_wire = false;
};

struct ToldUnderrun {
  Time at{};
  gcode::printer::StarvedBy cause{};
};

struct UnderrunResult {
  bool printed = false;  ///< to its end
  std::string failure;   ///< the host's, if it ended by one
  bool known = false;    ///< the relay says that it knows the planner
  std::vector<TrueUnderrun> real;
  std::vector<ToldUnderrun> told;
};

/// Firmware and personas, each with the hosts that print on it.
struct UnderrunPair {
  std::string firmware, host;
};
[[nodiscard]] std::vector<UnderrunPair> underrun_pairs();

[[nodiscard]] UnderrunResult run_underrun_print(const UnderrunScenario& scenario);

}  // namespace sim
