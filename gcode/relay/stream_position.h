// How far the host's numbered stream had come, as a plain value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gcode/line/time.h"

namespace gcode::relay {

struct StreamPosition {
  line::Time at{};
  std::int64_t acknowledged = -1;  ///< N of the last line before the first one without an ok; -1: no numbered line
  std::int64_t sent = -1;          ///< N of the last line that was passed to the printer
  bool had_resends = false;        ///< some oks may have been for other lines: `acknowledged` may be too high
  std::optional<std::uint16_t> planner_blocks;  ///< in the planner at the last ok, if its oks tell
  std::array<bool, 4> position_known{};
  std::array<double, 4> position_mm{};  ///< X, Y, Z, E as commanded up to `sent`
  bool extruder_is_relative = false;
  std::uint32_t layer = 0;  ///< from 1; 0: none yet
  float layer_height_mm = 0;
};

}  // namespace gcode::relay
