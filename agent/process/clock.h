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

/// The offset as it is published: two readings of the clocks differ by microseconds, and an instant that moves with each
/// of them would look like a new one (changes() in Prometheus). Only a clock that was set changes it.
class PublishedOffset {
 public:
  gcode::line::Time update(gcode::line::Time measured) {
    if (std::chrono::abs(measured - offset_) > kSet) offset_ = measured;
    return offset_;
  }

 private:
  static constexpr gcode::line::Time kSet = std::chrono::milliseconds(100);
  gcode::line::Time offset_{};
};

}  // namespace agent::process
