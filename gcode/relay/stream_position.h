// How far the host's numbered stream has come, as a plain value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "gcode/relay/arbiter.h"

namespace gcode::relay {

struct StreamPosition {
  std::int64_t acknowledged = -1;  ///< N of the last line before the first one without an ok; -1: no numbered line
  std::int64_t sent = -1;          ///< N of the last line that was passed to the printer
  std::optional<std::uint16_t> planner_blocks;  ///< in the planner at the last ok, if its oks tell
};

[[nodiscard]] inline StreamPosition stream_position(const ArbiterState& arbiter) {
  StreamPosition out{arbiter.last_number, arbiter.last_number, std::nullopt};
  for (std::size_t i = 0; i < arbiter.in_flight.size(); ++i) {
    if (arbiter.in_flight[i].number < 0) continue;
    out.acknowledged = std::min(out.acknowledged, arbiter.in_flight[i].number - 1);
    break;
  }
  if (arbiter.counters.planner_known) out.planner_blocks = arbiter.planner.blocks();
  return out;
}

}  // namespace gcode::relay
