#include "gcode/planner/motion.h"

#include <algorithm>
#include <cmath>

namespace gcode::planner {
namespace {

constexpr std::string_view kAxes = "XYZE";
constexpr std::size_t kZ = 2, kE = 3;
constexpr float kFewestSteps = 6;
constexpr float kSlowestSteps = 120;  // per second: MINIMAL_STEP_RATE
constexpr float kRounds = 3 << 22;    // added and taken away again it leaves a whole number: without a call
constexpr float kArcPiece = 1;
constexpr float kNoFeedrate = 25;  // mm/s; Marlin begins with 1500 mm/min
constexpr std::uint16_t kMostPieces = 1000;
constexpr double kLeast = 1e-3, kMost = 1e6;        // what is beyond is no setting
constexpr float kSlowest = 0.05F, kFastest = 1e4F;  // MINIMUM_PLANNER_SPEED
constexpr float kSlowest2 = kSlowest * kSlowest;
constexpr double kRounded = 0.01;  // Marlin prints its 0.013 so

void take(const command::Command& command, char letter, float& into, float scale = 1) {
  if (const auto value = command::parameter(command, letter); value && *value >= kLeast && *value <= kMost)
    into = static_cast<float>(*value) * scale;
}
void take_axes(const command::Command& command, std::array<float, 4>& into) {
  for (std::size_t i = 0; i < kAxes.size(); ++i) take(command, kAxes[i], into[i]);
}

/// The least of limit / |unit|, `least` if no axis limits more.
float limited(float least, const std::array<float, 4>& unit, const std::array<float, 4>& limit) {
  std::array<float, 4> most{};  // infinite where the axis stands still
  for (std::size_t i = 0; i < unit.size(); ++i) most[i] = limit[i] / std::abs(unit[i]);
  return std::min(std::min(least, most[0]), std::min(std::min(most[1], most[2]), most[3]));
}

}  // namespace

void Motion::take_setting(const command::Command& command) {
  switch (command.code) {
    case 92: return take_axes(command, steps_);
    case 201:
      take_axes(command, most_accel_);
      least_accel_ = std::min({most_accel_[0], most_accel_[1], most_accel_[kE]});
      return;
    case 203: return take_axes(command, most_speed_);
    case 204:
      take(command, 'S', print_accel_);
      take(command, 'S', travel_accel_);
      take(command, 'P', print_accel_);
      take(command, 'R', retract_accel_);
      return take(command, 'T', travel_accel_);
    case 205:
      if (command::parameter(command, 'J').value_or(kRounded) != kRounded) take(command, 'J', deviation_);
      return take_axes(command, jerk_);
    case 220: return take(command, 'S', speed_factor_, 0.01F);
    case 221: return take(command, 'S', flow_factor_, 0.01F);
    default: return;
  }
}

Segment Motion::segment(const printer::Move& move, const dialect::Dialect& dialect) {
  Axes way{}, steps{};
  for (std::size_t i = 0; i < way.size(); ++i) way[i] = static_cast<float>(move.way[i]);
  way[kE] *= flow_factor_;
  for (std::size_t i = 0; i < way.size(); ++i) {
    way[i] += left_[i];
    steps[i] = (way[i] * steps_[i] + kRounds) - kRounds;
  }
  const auto arc = static_cast<float>(move.arc_mm);
  const float most_steps =
      std::max(std::max(std::abs(steps[0]), std::abs(steps[1])), std::max(std::abs(steps[kZ]), std::abs(steps[kE])));
  if (most_steps < kFewestSteps && arc == 0) {
    left_ = way;
    return {};
  }
  for (std::size_t i = 0; i < way.size(); ++i) {
    const float whole = steps[i] / steps_[i];
    left_[i] = way[i] - whole;
    way[i] = whole;
  }
  const float plane2 = arc > 0 ? arc * arc : way[0] * way[0] + way[1] * way[1];
  const float moved2 = plane2 + way[2] * way[2];
  const bool travels = moved2 > 0;
  const float length = travels ? std::sqrt(moved2) : std::abs(way[kE]);
  Axes unit{};
  for (std::size_t i = 0; i < unit.size(); ++i) unit[i] = way[i] / length;
  const float asked = move.feedrate > 0 ? static_cast<float>(move.feedrate) * speed_factor_ : kNoFeedrate;
  const float of_kind = !travels ? retract_accel_ : way[kE] != 0 ? print_accel_ : travel_accel_;
  Segment out;
  out.speed = std::min(std::max(limited(asked, unit, most_speed_), kSlowest), kFastest);
  out.accel = std::max(1.0F, limited(of_kind, unit, most_accel_));
  out.length = length;
  out.least = arc > 0 ? kSlowestSteps / steps_[0] : kSlowestSteps * length / most_steps;
  out.pieces = 1;
  if (arc > 0) {
    out.pieces = static_cast<std::uint16_t>(std::clamp(arc / kArcPiece, 1.0F, float{kMostPieces}));
    out.length = length / static_cast<float>(out.pieces);
  }
  float size2 = 0;
  for (const float share : unit) size2 += share * share;
  const float least = std::min(before_speed_, out.speed);
  const bool has_jerk = dialect.family != dialect::FirmwareFamily::kMarlin || dialect.from_version < 200;
  if (arc > 0) out.corner2 = least * least;
  else if (before_speed_ == 0) out.corner2 = kSlowest2;
  else out.corner2 = has_jerk ? jerk2(unit, least) : junction2(unit, size2, least, out);
  before_ = unit;
  before_size2_ = size2;
  before_speed_ = out.speed;
  return out;
}

float Motion::jerk2(const Axes& unit, float speed) const {
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const float change = std::abs(unit[i] - before_[i]);
    if (change * speed > jerk_[i]) speed = jerk_[i] / change;
  }
  return speed * speed;
}

/// The most with which the corner before `unit` can be taken.
float Motion::accel_at(const Axes& unit, float accel) const {
  Axes turn{};
  float turn2 = 0;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    turn[i] = unit[i] - before_[i];
    turn2 += turn[i] * turn[i];
  }
  const float turned = std::sqrt(turn2);
  if (turned == 0) return accel;
  for (float& share : turn) share /= turned;
  return limited(accel, turn, most_accel_);
}

float Motion::junction2(const Axes& unit, float size2, float least, const Segment& segment) const {
  const float both2 = size2 * before_size2_;
  if (both2 == 0) return least * least;  // behind an arc of a whole turn
  float cosine = 0;
  for (std::size_t i = 0; i < unit.size(); ++i) cosine -= unit[i] * before_[i];
  cosine /= std::sqrt(both2);
  if (cosine > 0.999999F) return kSlowest2;
  cosine = std::max(cosine, -0.999999F);
  // Speed squared per acceleration.
  const float half_sine = std::sqrt(0.5F * (1 - cosine));
  float allowed = deviation_ * half_sine / (1 - half_sine);
  // A chain of short pieces is taken for an arc: the angle between them is sqrt(2 (1 + cosine)), 2 % too small at most.
  if (segment.length < 1 && cosine < -0.7071F)
    allowed = std::min(allowed, segment.length / std::sqrt(2 * (1 + cosine)));
  // Mostly the moves' own speeds limit, whatever the acceleration is.
  const bool is_level = unit[kZ] == 0 && before_[kZ] == 0;
  if (is_level && allowed * std::min(segment.accel, least_accel_) >= least * least) return least * least;
  return std::min(least * least, allowed * accel_at(unit, segment.accel));
}

}  // namespace gcode::planner
