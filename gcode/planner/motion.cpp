#include "gcode/planner/motion.h"

#include <algorithm>
#include <cmath>

namespace gcode::planner {
namespace {

constexpr std::string_view kAxes = "XYZE";
constexpr std::size_t kE = 3;
constexpr float kFewestSteps = 6;
constexpr float kArcPiece = 1;
constexpr float kSlowest2 = 0.05F * 0.05F;  // MINIMUM_PLANNER_SPEED
constexpr float kNoFeedrate = 25;           // mm/s; Marlin begins with 1500 mm/min
constexpr std::uint16_t kMostPieces = 1000;
constexpr double kLeast = 1e-3, kMost = 1e6;  // what is beyond is no setting
constexpr float kSlowest = 0.05F, kFastest = 1e4F;
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
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const float share = std::abs(unit[i]);
    if (share * least > limit[i]) least = limit[i] / share;
  }
  return least;
}

}  // namespace

void Motion::setting(const command::Command& command) {
  if (command.letter != 'M') return;
  switch (command.code) {
    case 92: return take_axes(command, steps_);
    case 201: return take_axes(command, most_accel_);
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
  std::array<float, 4> way{}, steps{};
  float most_steps = 0;
  for (std::size_t i = 0; i < way.size(); ++i) {
    way[i] = static_cast<float>(move.way[i]) * (i == kE ? flow_factor_ : 1) + left_[i];
    steps[i] = std::nearbyint(way[i] * steps_[i]);
    most_steps = std::max(most_steps, std::abs(steps[i]));
  }
  const auto arc = static_cast<float>(move.arc_mm);
  if (most_steps < kFewestSteps && arc == 0) {
    left_ = way;
    return {};
  }
  for (std::size_t i = 0; i < way.size(); ++i) {
    left_[i] = way[i] - steps[i] / steps_[i];
    way[i] = steps[i] / steps_[i];
  }
  const float plane2 = arc > 0 ? arc * arc : way[0] * way[0] + way[1] * way[1];
  const float moved2 = plane2 + way[2] * way[2];
  const bool travels = moved2 > 0;
  const float length = travels ? std::sqrt(moved2) : std::abs(way[kE]);
  std::array<float, 4> unit{};
  for (std::size_t i = 0; i < unit.size(); ++i) unit[i] = way[i] / length;
  const float asked = move.feedrate > 0 ? static_cast<float>(move.feedrate) * speed_factor_ : kNoFeedrate;
  const float speed = std::clamp(limited(asked, unit, most_speed_), kSlowest, kFastest);
  const float of_kind = !travels ? retract_accel_ : way[kE] != 0 ? print_accel_ : travel_accel_;
  Segment out;
  out.accel = std::max(1.0F, limited(of_kind, unit, most_accel_));
  out.speed2 = speed * speed;
  out.pieces = 1;
  if (arc > 0) out.pieces = static_cast<std::uint16_t>(std::clamp(arc / kArcPiece, 1.0F, float{kMostPieces}));
  out.length = length / static_cast<float>(out.pieces);
  const bool jerk = dialect.family != dialect::FirmwareFamily::kMarlin || dialect.from_version < 200;
  out.corner2 = arc > 0 ? std::min(before_speed2_, out.speed2) : corner2(unit, out.length, out.accel, out.speed2, jerk);
  before_ = unit;
  before_speed2_ = out.speed2;
  return out;
}

float Motion::corner2(const std::array<float, 4>& unit, float length, float accel, float speed2, bool jerk) const {
  if (before_speed2_ == 0) return kSlowest2;
  float least2 = std::min(speed2, before_speed2_);
  if (jerk) {
    float speed = std::sqrt(least2);
    for (std::size_t i = 0; i < unit.size(); ++i) {
      const float change = std::abs(unit[i] - before_[i]);
      if (change * speed > jerk_[i]) speed = jerk_[i] / change;
    }
    return speed * speed;
  }
  std::array<float, 4> turn{};
  float cosine = 0, here2 = 0, before2 = 0, turn2 = 0;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    cosine -= unit[i] * before_[i];
    here2 += unit[i] * unit[i];
    before2 += before_[i] * before_[i];
    turn[i] = unit[i] - before_[i];
    turn2 += turn[i] * turn[i];
  }
  const float size = std::sqrt(here2 * before2);
  if (size == 0 || turn2 == 0) return least2;  // from a whole turn, or straight on
  cosine /= size;
  if (cosine > 0.999999F) return kSlowest2;
  cosine = std::max(cosine, -0.999999F);
  const float turned = std::sqrt(turn2);
  for (float& share : turn) share /= turned;
  const float at_corner = limited(accel, turn, most_accel_);
  const float half_sine = std::sqrt(0.5F * (1 - cosine));
  least2 = std::min(least2, at_corner * deviation_ * half_sine / (1 - half_sine));
  // A chain of short pieces is taken for an arc: the angle between them is sqrt(2 (1 + cosine)), 2 % too small at most.
  if (length < 1 && cosine < -0.7071F) least2 = std::min(least2, length * at_corner / std::sqrt(2 * (1 + cosine)));
  return least2;
}

}  // namespace gcode::planner
