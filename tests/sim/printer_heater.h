// One heater and its sensor, first order: full power below the target, exact hold at it, free cooling above it. Values
// are computed from the last change, so no time steps are needed. It knows no firmware.
#pragma once

#include "tests/sim/clock.h"

namespace sim {

struct HeaterBody {
  double ambient = 25.5;  ///< degrees Celsius
  double span = 400;      ///< what full power reaches above ambient
  double seconds = 120;   ///< time constant
};

class Heater {
 public:
  Heater(HeaterBody body, double speed) : body_(body), speed_(speed), start_(body.ambient) {}

  void set_target(double celsius, Time now);
  /// External physics from now on: the body is at `celsius` and drifts so many degrees a second.
  void follow(double celsius, double per_second, Time now);
  /// The sensor breaks: reads `celsius` from now on, independent of the body. NaN repairs it.
  void break_sensor(double celsius) { broken_reading_ = celsius; }

  [[nodiscard]] double target() const { return target_; }
  [[nodiscard]] double actual(Time now) const;
  [[nodiscard]] double reading(Time now) const;
  [[nodiscard]] int duty(Time now) const;  ///< 0 to 127
  /// When the body passes `celsius` on its current course: `now` if it already has, kNever if it never will.
  [[nodiscard]] Time reaches(double celsius, Time now) const;

 private:
  HeaterBody body_;
  double speed_;
  double target_ = 0;
  double start_;  ///< celsius at since_
  double broken_reading_ = __builtin_nan("");
  bool follows_ = false;  ///< external physics
  double drift_ = 0;
  Time since_{};
};

}  // namespace sim
