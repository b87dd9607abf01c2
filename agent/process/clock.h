// The process's one monotonic clock, in the pure room's unit, and its distance to wall clock for those who print dates.
#pragma once

#include <chrono>

#include "gcode/line/time.h"

namespace agent::process {

[[nodiscard]] inline gcode::line::Time monotonic_now() {
  return std::chrono::duration_cast<gcode::line::Time>(std::chrono::steady_clock::now().time_since_epoch());
}

/// Add it to a monotonic instant to get Unix time. Changes when somebody sets the wall clock (a Pi does after its start).
[[nodiscard]] inline gcode::line::Time wall_offset() {
  return std::chrono::duration_cast<gcode::line::Time>(std::chrono::system_clock::now().time_since_epoch()) -
         monotonic_now();
}

}  // namespace agent::process
