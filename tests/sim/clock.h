// The virtual clock's type, shared with the pure layer: nothing under tests/sim reads a real clock.
#pragma once

#include "gcode/line/time.h"

namespace sim {
using gcode::line::kNever;
using gcode::line::Time;
}  // namespace sim
