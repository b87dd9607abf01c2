// Decides when a repeating fault is logged: the first one immediately, then one line per interval with the count.
// Pure; time is an argument.
#pragma once

#include <cstdint>

#include "gcode/line/time.h"

namespace agent::log {

class FaultThrottle {
 public:
  explicit FaultThrottle(gcode::line::Time interval = std::chrono::seconds(60)) : interval_(interval) {}

  /// One more fault at `now`. If a line is due: the number of faults since the last line, including this one; else 0.
  std::uint64_t occurred(gcode::line::Time now) {
    ++since_line_;
    if (logged_ && now - last_line_ < interval_) return 0;
    logged_ = true;
    last_line_ = now;
    const std::uint64_t count = since_line_;
    since_line_ = 0;
    return count;
  }

  /// The fault is over: the next one is new and is logged immediately.
  void over() { *this = FaultThrottle(interval_); }

 private:
  gcode::line::Time interval_;
  gcode::line::Time last_line_{};
  std::uint64_t since_line_ = 0;
  bool logged_ = false;
};

}  // namespace agent::log
