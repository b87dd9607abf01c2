#include "tests/sim/printer_mechanics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace sim {
namespace {

constexpr double kSlowestStepRate = 120;     // MINIMAL_STEP_RATE
constexpr double kMinimumSpeed = 0.05;       // MINIMUM_PLANNER_SPEED
constexpr double kMinSegmentSeconds = 0.02;  // DEFAULT_MINSEGMENTTIME
constexpr int kFewestSteps = 6;              // MIN_STEPS_PER_SEGMENT; Prusa's dropsegments is 5: more than 5
constexpr std::size_t kZ = 2, kE = 3;

double dot(const Axes& a, const Axes& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]; }

}  // namespace

// What M503 of the recordings says.
Mechanics::Mechanics(const FirmwareTraits& traits) : family_(traits.family) {
  const bool prusa = family_ == Family::kPrusa;
  steps_ = prusa ? Axes{100, 100, 400, 280} : Axes{80, 80, 400, 500};
  most_speed_ = prusa ? Axes{200, 200, 12, 120} : Axes{300, 300, 5, 25};
  most_accel_ = prusa ? Axes{1000, 1000, 200, 5000} : Axes{3000, 3000, 100, 10000};
  jerk_ = prusa ? Axes{10, 10, 0.4, 4.5} : Axes{10, 10, 0.3, 5};
  print_accel_ = retract_accel_ = travel_accel_ = prusa ? 1250 : 3000;
}

void Mechanics::take(const Values& values, Axes& into) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] = values[i] && *values[i] > 0 ? *values[i] : into[i];
}

void Mechanics::take_acceleration(std::optional<double> print, std::optional<double> retract,
                                  std::optional<double> travel) {
  print_accel_ = print.value_or(print_accel_);
  retract_accel_ = retract.value_or(retract_accel_);
  travel_accel_ = travel.value_or(travel_accel_);
}

void Mechanics::teleport(const Axes& to) {
  for (std::size_t i = 0; i < to.size(); ++i) at_[i] = std::llround(to[i] * steps_[i]);
}

std::optional<Drive> Mechanics::drive(const Axes& to, double feedrate, double flow, int waiting) {
  std::array<long long, 4> target{};
  long long most_steps = 0;
  Axes way{};
  for (std::size_t i = 0; i < to.size(); ++i) {
    target[i] = std::llround(to[i] * steps_[i]);
    way[i] = static_cast<double>(target[i] - at_[i]) / steps_[i];
    most_steps = std::max(most_steps, std::llabs(target[i] - at_[i]));
  }
  if (most_steps < kFewestSteps) return std::nullopt;
  at_ = target;
  way[kE] *= flow;
  const double path = std::sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
  Drive drive;
  drive.length = path > 0 ? path : std::abs(way[kE]);
  Axes direction{};
  for (std::size_t i = 0; i < way.size(); ++i) direction[i] = way[i] / drive.length;

  double seconds = drive.length / std::max(feedrate, kMinimumSpeed);
  if (waiting >= 2 && 2 * waiting <= Planner::kBlocks && seconds < kMinSegmentSeconds)
    seconds += 2 * (kMinSegmentSeconds - seconds) / waiting;
  drive.speed = drive.length / seconds;
  drive.accel = path == 0                                      ? retract_accel_
                : way[kE] == 0 && family_ != Family::kMarlin10 ? travel_accel_
                                                               : print_accel_;
  for (std::size_t i = 0; i < way.size(); ++i) {
    const double share = std::abs(direction[i]);
    if (drive.speed * share > most_speed_[i]) drive.speed = most_speed_[i] / share;
    if (drive.accel * share > most_accel_[i]) drive.accel = most_accel_[i] / share;
  }
  drive.slowest = std::min(drive.speed, kSlowestStepRate * drive.length / static_cast<double>(most_steps));
  drive.entry = std::min(corner(direction, drive, waiting), drive.speed);
  drive.end = family_ == Family::kPrusa ? std::min(safe_speed(direction, drive), drive.speed) : kMinimumSpeed;
  before_ = direction;
  before_speed_ = drive.speed;
  return drive;
}

double Mechanics::corner(const Axes& direction, const Drive& drive, int waiting) const {
  if (family_ == Family::kMarlin21) return deviation_corner(direction, drive, waiting);
  if (family_ == Family::kMarlin10) return old_jerk_corner(direction, drive, waiting);
  return jerk_corner(direction, drive, waiting);
}

double Mechanics::safe_speed(const Axes& direction, const Drive& drive) const {
  double speed = drive.speed;
  for (std::size_t i = 0; i < direction.size(); ++i) {
    if (std::abs(direction[i]) * speed > jerk_[i]) speed = jerk_[i] / std::abs(direction[i]);
  }
  return speed;
}

double Mechanics::jerk_corner(const Axes& direction, const Drive& drive, int waiting) const {
  if (waiting == 0 || before_speed_ <= 0) return safe_speed(direction, drive);
  const double both = std::min(drive.speed, before_speed_);
  double factor = 1;
  for (std::size_t i = 0; i < direction.size(); ++i) {
    const double out = before_[i] * both * factor, in = direction[i] * both * factor;
    const bool reverses = out * in < 0;
    const double change = reverses ? std::max(std::abs(out), std::abs(in)) : std::abs(out - in);
    if (change > jerk_[i]) factor *= jerk_[i] / change;
  }
  return both * factor;
}

double Mechanics::old_jerk_corner(const Axes& direction, const Drive& drive, int waiting) const {
  const double half =
      std::min({jerk_[0] / 2, std::abs(direction[kZ]) * drive.speed > jerk_[kZ] / 2 ? jerk_[kZ] / 2 : 1e9,
                std::abs(direction[kE]) * drive.speed > jerk_[kE] / 2 ? jerk_[kE] / 2 : 1e9});
  if (waiting <= 1 || before_speed_ <= 0) return half;
  Axes change{};
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = direction[i] * drive.speed - before_[i] * before_speed_;
  double factor = 1;
  const double level = std::hypot(change[0], change[1]);
  if (level > jerk_[0]) factor = jerk_[0] / level;
  if (std::abs(change[kZ]) > jerk_[kZ]) factor = std::min(factor, jerk_[kZ] / std::abs(change[kZ]));
  if (std::abs(change[kE]) > jerk_[kE]) factor = std::min(factor, jerk_[kE] / std::abs(change[kE]));
  return std::min(before_speed_, drive.speed * factor);
}

double Mechanics::deviation_corner(const Axes& direction, const Drive& drive, int waiting) const {
  if (waiting == 0 || before_speed_ <= 0) return kMinimumSpeed;
  const double cosine = -dot(direction, before_) / std::sqrt(dot(direction, direction) * dot(before_, before_));
  if (cosine > 0.999999) return kMinimumSpeed;
  const double both = std::min(drive.speed, before_speed_);
  Axes turn{};
  for (std::size_t i = 0; i < turn.size(); ++i) turn[i] = direction[i] - before_[i];
  const double size = std::sqrt(dot(turn, turn));
  double accel = drive.accel;
  if (size > 0) {
    for (std::size_t i = 0; i < turn.size(); ++i) {
      if (accel * std::abs(turn[i]) / size > most_accel_[i]) accel = most_accel_[i] * size / std::abs(turn[i]);
    }
  }
  const double sine = std::sqrt(0.5 * (1 - std::max(cosine, -0.999999)));
  double most = accel * deviation_ * sine / (1 - sine);
  // JD_HANDLE_SMALL_SEGMENTS: short pieces with a flat angle are taken for an arc.
  if (drive.length < 1 && cosine < -0.7071067812) most = std::min(most, drive.length * accel / std::acos(-cosine));
  return std::min(both, std::sqrt(most));
}

}  // namespace sim
