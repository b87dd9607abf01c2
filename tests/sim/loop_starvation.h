// Checks that a busy host does not starve the agent: where temperatures come by M105 alone, a print whose lines are
// acknowledged one after another must let a query pass now and then. Only the time in which oks flow counts: a print
// that does not move (homing, heating, a dwell) leaves no gap.
// It sees no bytes: the invariant checker reports oks and the age of the temperatures.
#pragma once

#include "gcode/line/time.h"
#include "tests/sim/clock.h"

namespace sim {

class LoopStarvation {
 public:
  /// The host got an ok during its print.
  void ok_for_host(Time now);
  /// When the newest temperature came, from any source.
  void temperature_at(Time at);
  /// How long oks have been flowing since the last temperature, and the longest such time.
  [[nodiscard]] Time starved() const { return starved_; }
  [[nodiscard]] Time longest() const { return longest_; }
  /// How long oks have been flowing in total.
  [[nodiscard]] Time flowing() const { return flowing_; }

 private:
  Time last_ok_ = gcode::line::kNever;
  Time last_temperature_ = gcode::line::kNever;
  Time starved_{}, longest_{}, flowing_{};
};

}  // namespace sim
