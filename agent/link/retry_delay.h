// How long to wait before the next attempt to open a device: 0.25 s, doubling up to 5 s. Pure; time is an argument.
#pragma once

#include <algorithm>

#include "gcode/line/time.h"

namespace agent::link {

class RetryDelay {
 public:
  /// A quarter of a second: by then the kernel and udev have named a plugged-in device and set its group.
  static constexpr gcode::line::Time kShortest = std::chrono::milliseconds(250);
  /// The longest wait after a printer was switched on.
  static constexpr gcode::line::Time kLongest = std::chrono::seconds(5);
  /// A line that was open for this long was stable; after one that ended sooner the delays keep growing.
  static constexpr gcode::line::Time kStable = std::chrono::seconds(10);

  [[nodiscard]] gcode::line::Time next() {
    const gcode::line::Time delay = next_;
    next_ = std::min(next_ * 2, kLongest);
    return delay;
  }
  /// The device's path appeared or vanished: the reason for the earlier failures no longer applies.
  void reset() { next_ = kShortest; }
  void opened(gcode::line::Time now) { opened_at_ = now; }
  void lost(gcode::line::Time now) {
    if (now - opened_at_ >= kStable) reset();
  }

 private:
  gcode::line::Time next_ = kShortest;
  gcode::line::Time opened_at_{};
};

}  // namespace agent::link
