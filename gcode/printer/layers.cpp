#include "gcode/printer/layers.h"

#include <algorithm>
#include <cmath>

namespace gcode::printer {
namespace {

constexpr std::size_t kX = 0, kY = 1, kZ = 2;
// Slicers write three decimals, and no layer is thinner than 0.02 mm.
constexpr float kSame = 0.005F;
// A purge line has fewer moves; the smallest first layer has an outline and a filling.
constexpr std::uint32_t kPurgeMoves = 8;
// The lap of a vase is closed this near to its beginning, once it was further away. Millimetres.
constexpr float kNear = 1, kAway = 3;
// No nozzle prints thicker layers.
constexpr float kThickest = 2;

}  // namespace

void Layers::extruded(const Travel& travel, line::Time elapsed, double extruded_mm) {
  const Move& move = travel.last_move();
  const auto height = travel.height_mm();
  if (!height || (move.way[kX] == 0 && move.way[kY] == 0 && move.arc_mm == 0)) return;
  elapsed_ = elapsed;
  extruded_now_ = extruded_mm;
  const auto z = static_cast<float>(*height);
  if (move.way[kZ] == 0) level(z);
  else if (move.way[kZ] > 0) slope(travel, z);
  ++moves_;
}

void Layers::level(float z) {
  if (current_.number == 0) return begin(z);
  if (on_slope_ && z > below_mm_ + kSame) {
    on_slope_ = false;
    thickness_mm_ = z - below_mm_;
    current_.height_mm = top_mm_ = z;
    return;
  }
  const float rise = z - current_.height_mm;
  if (std::abs(rise) < kSame) return;
  if (current_.number == 1 && (rise < 0 || moves_ < kPurgeMoves)) return begin_again(z);
  if (rise > 0) thickness_mm_ = rise;
  if (rise > 0 || std::abs(z - first_mm_) < kSame) begin(z);
}

// `z` is the height at the move's end.
void Layers::slope(const Travel& travel, float z) {
  const bool in_first_lap = on_slope_ && thickness_mm_ == 0;
  if (current_.number > 0 && z <= top_mm_ + kSame && !(in_first_lap && lap_is_over(travel, z))) return;
  const Move& move = travel.last_move();
  const float from = z - static_cast<float>(move.way[kZ]);
  begin(z);
  on_slope_ = true;
  below_mm_ = std::max(below_mm_, from);
  lap_ = {static_cast<float>(travel.position_mm(kX) - move.way[kX]),
          static_cast<float>(travel.position_mm(kY) - move.way[kY])};
  top_mm_ = below_mm_ + (thickness_mm_ > 0 ? thickness_mm_ : kThickest);
  if (thickness_mm_ > 0) current_.height_mm = top_mm_;
}

/// The first lap of a vase shows how thick its layers are. It ends at the point that is nearest to its beginning.
bool Layers::lap_is_over(const Travel& travel, float z) {
  const float away = std::hypot(static_cast<float>(travel.position_mm(kX)) - lap_.x,
                                static_cast<float>(travel.position_mm(kY)) - lap_.y);
  if (lap_.is_near && away >= lap_.nearest) {
    thickness_mm_ = current_.height_mm - below_mm_;
    return true;
  }
  lap_.was_away = lap_.was_away || away > kAway;
  lap_.is_near = lap_.was_away && away < kNear;
  lap_.nearest = away;
  current_.height_mm = z;
  return false;
}

void Layers::begin(float z) {
  const std::uint32_t number = current_.number + 1;
  const bool is_higher = number > 1 && z > current_.height_mm;
  // Back at the bed: the layers of the next object are as thick as those of the last.
  below_mm_ = is_higher ? current_.height_mm : 0;
  finish(elapsed_, extruded_now_);
  current_.number = number;
  begin_again(z);
  if (number == 1) first_mm_ = z;
}

/// What was taken for the first layer was a purge line.
void Layers::begin_again(float z) {
  current_.height_mm = top_mm_ = z;
  if (current_.number == 1) first_mm_ = z;
  moves_ = 0;
  on_slope_ = false;
}

void Layers::finish(line::Time elapsed, double extruded_mm) {
  if (current_.number > 0) {
    current_.seconds = static_cast<float>(line::in_seconds(elapsed - began_));
    current_.extruded_mm = static_cast<float>(extruded_mm - extruded_before_);
    kept_[finished_ % kKept] = current_;
    ++finished_;
  }
  current_ = {};
  began_ = elapsed;
  extruded_before_ = extruded_mm;
}

void Layers::buffered(line::Time time) {
  const auto seconds = static_cast<float>(line::in_seconds(time));
  if (current_.lowest_buffered < 0 || seconds < current_.lowest_buffered) current_.lowest_buffered = seconds;
}

}  // namespace gcode::printer
