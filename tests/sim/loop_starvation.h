// Watches that a busy host does not starve the agent: where temperatures come by M105 alone, a print whose lines are
// acknowledged one after another must let a question through now and then. What counts is the time in which oks flow;
// a print that stands still (homing, heating, a dwell) leaves no gap to anybody.
// It knows no bytes: the witness tells it of oks and of the age of the temperatures.
#pragma once

#include "gcode/line/time.h"
#include "tests/sim/clock.h"

namespace sim {

class LoopStarvation {
 public:
  /// The host was given an ok in its print.
  void ok_for_host(Time now);
  /// When the newest temperature came, however it came.
  void temperature_at(Time at);
  /// For how long oks have been flowing since the last temperature, and the longest such time.
  [[nodiscard]] Time hungry() const { return hungry_; }
  [[nodiscard]] Time longest() const { return longest_; }
  /// For how long oks have been flowing altogether.
  [[nodiscard]] Time flowing() const { return flowing_; }

 private:
  Time last_ok_ = gcode::line::kNever;
  Time last_temperature_ = gcode::line::kNever;
  Time hungry_{}, longest_{}, flowing_{};
};

}  // namespace sim
