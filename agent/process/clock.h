// The process's monotonic clock, in gcode's time unit, and its offset to the wall clock for printing dates.
#pragma once

#include <chrono>

#include "gcode/line/time.h"

namespace agent::process {

[[nodiscard]] inline gcode::line::Time monotonic_now() {
  return std::chrono::duration_cast<gcode::line::Time>(std::chrono::steady_clock::now().time_since_epoch());
}

/// Add it to a monotonic time to get Unix time. Changes when the wall clock is set (on a Pi after its start).
[[nodiscard]] inline gcode::line::Time wall_offset() {
  return std::chrono::duration_cast<gcode::line::Time>(std::chrono::system_clock::now().time_since_epoch()) -
         monotonic_now();
}

}  // namespace agent::process
