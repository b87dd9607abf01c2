// Time is an argument in the pure modules. Every value is a reading of the caller's one monotonic clock (the bridge's
// steady clock, or the virtual clock of a simulation); it is never wall clock, and differences are durations.
#pragma once

#include <chrono>

namespace gcode::line {

/// An instant on the caller's monotonic clock, or the distance between two of them. Microseconds.
using Time = std::chrono::microseconds;

/// For values counted in seconds, such as Prometheus's.
[[nodiscard]] constexpr double in_seconds(Time time) { return std::chrono::duration<double>(time).count(); }

/// "Never": later than every deadline.
inline constexpr Time kNever = Time::max();

}  // namespace gcode::line
