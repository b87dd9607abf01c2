// From a move to what a firmware's planner makes of it: whole steps, limits of speed and acceleration, the speed at the
// corner before it. Written from the firmwares' sources and not from the agent's model (gcode/planner), which it judges.
//
//   family        at a corner                                          from rest
//   Prusa         jerk of each axis; the larger speed if it reverses   at the jerk
//   Marlin 1.0    jerk of x and y together, of z, of e                 at half the jerk
//   Marlin 1.1    as Prusa                                             at the jerk
//   Marlin 2.1    junction deviation                                   at 0.05 mm/s
#pragma once

#include <array>
#include <optional>

#include "tests/sim/firmware_traits.h"
#include "tests/sim/printer_planner.h"

namespace sim {

class Mechanics {
 public:
  explicit Mechanics(const FirmwareTraits& traits);

  using Values = std::array<std::optional<double>, 4>;  ///< of X, Y, Z, E
  void take_steps(const Values& values) { take(values, steps_); }
  void take_accelerations(const Values& values) { take(values, most_accel_); }
  void take_speeds(const Values& values) { take(values, most_speed_); }
  void take_jerk(const Values& values) { take(values, jerk_); }
  void take_deviation(double mm) { deviation_ = mm; }
  void take_acceleration(std::optional<double> print, std::optional<double> retract, std::optional<double> travel);

  /// The way from where the last move ended to `to`; nothing if it is too short to be one. `waiting`: blocks in the
  /// planner. `feedrate`: mm/s.
  [[nodiscard]] std::optional<Drive> drive(const Axes& to, double feedrate, double flow, int waiting);
  /// The axes are there without a move.
  void teleport(const Axes& to);

 private:
  static void take(const Values& values, Axes& into);
  [[nodiscard]] double corner(const Axes& direction, const Drive& drive, int waiting) const;
  [[nodiscard]] double jerk_corner(const Axes& direction, const Drive& drive, int waiting) const;
  [[nodiscard]] double old_jerk_corner(const Axes& direction, const Drive& drive, int waiting) const;
  [[nodiscard]] double deviation_corner(const Axes& direction, const Drive& drive, int waiting) const;
  [[nodiscard]] double safe_speed(const Axes& direction, const Drive& drive) const;

  Family family_;
  Axes steps_, most_speed_, most_accel_, jerk_;
  double deviation_ = 0.013;
  double print_accel_, retract_accel_, travel_accel_;
  std::array<long long, 4> at_{};  ///< planned, in steps
  Axes before_{};                  ///< direction of the last move
  double before_speed_ = 0;
};

}  // namespace sim
