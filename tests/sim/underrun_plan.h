// What a print of underrun_print.h consists of: a slicer's moves, and what happens at which of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gcode/relay/relay_settings.h"
#include "tests/sim/clock.h"
#include "tests/sim/underrun_print.h"

namespace sim {

struct UnderrunPlan {
  std::vector<std::string> lines;
  std::vector<std::size_t> pauses, noises, stalls, tears;  ///< numbers of moves at which one begins
  Time think{};
  gcode::relay::RelaySettings settings;
};

/// The same for the same seed and firmware.
[[nodiscard]] UnderrunPlan draw_underrun_plan(const UnderrunScenario& scenario);

}  // namespace sim
