// Decides when a repeating fault is logged: the first one immediately, then one line (or a few) per interval with the count; or,
// for a fault that may last for days, only what is new. Pure; time is an argument.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "gcode/line/time.h"

namespace agent::log {

class FaultThrottle {
 public:
  explicit FaultThrottle(gcode::line::Time interval = std::chrono::seconds(60), unsigned lines = 1)
      : interval_(interval), lines_(lines) {}

  /// One more fault at `now`. If a line is due: the number of faults since the last line, including this one; else 0.
  std::uint64_t occurred(gcode::line::Time now) {
    ++since_line_;
    if (logged_ > 0 && now - begin_ >= interval_) logged_ = 0;
    if (logged_ == lines_) return 0;
    if (logged_++ == 0) begin_ = now;
    return std::exchange(since_line_, 0);
  }

  /// The fault is over: the next one is new and is logged immediately.
  void over() { *this = FaultThrottle(interval_, lines_); }

 private:
  gcode::line::Time interval_;
  unsigned lines_;  ///< in an interval
  gcode::line::Time begin_{};
  unsigned logged_ = 0;
  std::uint64_t since_line_ = 0;
};

/// A fault that lasts: it is logged when it begins and when it becomes another one. Two that alternate are logged at most
/// once per interval.
class LastingFault {
 public:
  /// Whether `sentence` is to be logged at `now`.
  [[nodiscard]] bool is_new(gcode::line::Time now, const std::string& sentence) {
    if (sentence == logged_) return false;
    if (sentence == before_ && now - last_line_ < std::chrono::seconds(60)) return false;
    before_ = std::exchange(logged_, sentence);
    last_line_ = now;
    return true;
  }
  void over() { *this = LastingFault(); }

 private:
  std::string logged_, before_;
  gcode::line::Time last_line_{};
};

}  // namespace agent::log
