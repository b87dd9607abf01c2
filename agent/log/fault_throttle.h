// Decides when a fault that repeats is worth a log line: the first one at once, then one line an interval with the count.
// Pure; time is an argument.
#pragma once

#include <cstdint>

#include "gcode/line/time.h"

namespace agent::log {

class FaultThrottle {
 public:
  explicit FaultThrottle(gcode::line::Time interval = std::chrono::seconds(60)) : interval_(interval) {}

  /// One more fault at `now`. How many came since the last line, this one included, if it is time for a line; else 0.
  std::uint64_t occurred(gcode::line::Time now) {
    ++since_line_;
    if (logged_ && now - last_line_ < interval_) return 0;
    logged_ = true;
    last_line_ = now;
    const std::uint64_t count = since_line_;
    since_line_ = 0;
    return count;
  }

  /// It is over: the next fault is a new one and is logged at once.
  void over() { *this = FaultThrottle(interval_); }

 private:
  gcode::line::Time interval_;
  gcode::line::Time last_line_{};
  std::uint64_t since_line_ = 0;
  bool logged_ = false;
};

}  // namespace agent::log
