#include "gcode/printer/travel.h"

#include <cmath>
#include <numbers>

#include "gcode/line/scan.h"

namespace gcode::printer {
namespace {

constexpr std::size_t kE = 3;
constexpr double kMillimetresPerInch = 25.4;
// More than 10 m in one command is noise, or has another meaning.
constexpr double kLongestMove = 10'000;

/// The x distance that a point on a circle of radius 1 travels from angle 0 to `angle`: each half turn is 2.
double way_in_x(double angle) {
  const double halves = std::floor(angle / std::numbers::pi);
  return 2 * halves + 1 - std::cos(angle - halves * std::numbers::pi);
}

}  // namespace

/// The words of a move, read in one pass; millimetres.
struct Travel::Words {
  std::array<double, 4> axis{};
  std::array<bool, 4> has{};
  double i = 0, j = 0, r = 0, f = 0;
  bool has_center = false, has_radius = false;

  Words(std::string_view rest, double unit_mm) {
    while (!rest.empty()) {
      const char letter = rest.front();
      rest.remove_prefix(1);
      if (!line::is_letter(letter)) continue;
      line::skip_blanks(rest);  // "X 10" is X10 for strtod()
      double value = 0;
      if (line::take_decimal(rest, value)) take_word(letter, value * unit_mm);
    }
  }
  void take_word(char letter, double value) {
    switch (letter) {
      case 'X':
      case 'Y':
      case 'Z': return take_axis(static_cast<std::size_t>(letter - 'X'), value);
      case 'E': return take_axis(kE, value);
      case 'I': i = value, has_center = true; break;
      case 'J': j = value, has_center = true; break;
      case 'R': r = value, has_radius = true; break;
      case 'F': f = value; break;
      default: break;
    }
  }
  void take_axis(std::size_t index, double value) {
    axis[index] = value;
    has[index] = true;
  }
};

void Travel::printer_restarted() {
  known_ = {};
  relative_ = extruding_ = false;
  own_e_ = OwnMode::kNone;
  unit_mm_ = 1;
  drawn_back_ = 0;
}

void Travel::command(const command::Command& command, dialect::ExtruderMode mode) {
  mode_ = mode;
  extruding_ = false;
  if (command.letter == 'M') {
    if (command.code == 82) own_e_ = OwnMode::kAbsolute;
    if (command.code == 83) own_e_ = OwnMode::kRelative;
    return;
  }
  if (command.letter != 'G') return;
  switch (command.code) {
    case 0:
    case 1: return move(Words(command.parameters, unit_mm_));
    case 2:
    case 3: return arc(Words(command.parameters, unit_mm_), command.code == 2);
    case 20: unit_mm_ = kMillimetresPerInch; break;
    case 21: unit_mm_ = 1; break;
    case 28: return home(command);
    case 90:
    case 91:
      relative_ = command.code == 91;
      if (mode == dialect::ExtruderMode::kByLast) own_e_ = OwnMode::kNone;
      break;
    case 92: return set_position(Words(command.parameters, unit_mm_));
    default: break;
  }
}

bool Travel::is_relative(std::size_t axis) const {
  if (axis != kE) return relative_;
  if (own_e_ == OwnMode::kRelative) return true;
  switch (mode_) {
    case dialect::ExtruderMode::kEither: return relative_;
    case dialect::ExtruderMode::kByLast: return own_e_ == OwnMode::kNone && relative_;
    case dialect::ExtruderMode::kOwn: return false;
  }
  return false;
}

double Travel::target(const Words& words, std::size_t axis) const {
  if (!words.has[axis]) return position_[axis];
  return is_relative(axis) ? position_[axis] + words.axis[axis] : words.axis[axis];
}

void Travel::move(const Words& words) {
  ++moves_;
  last_.way = {};
  last_.arc_mm = 0;
  last_.is_known = true;
  if (words.f > 0) last_.feedrate = words.f / 60;
  for (std::size_t axis = 0; axis < position_.size(); ++axis) {
    if (!words.has[axis]) continue;
    const bool relative = is_relative(axis);
    const double to = target(words, axis);
    const double way = to - position_[axis];
    position_[axis] = to;
    const bool counts = relative || known_[axis];
    known_[axis] = known_[axis] || !relative;
    last_.is_known = last_.is_known && counts;
    if (!counts || std::abs(way) > kLongestMove) continue;
    last_.way[axis] = way;
    if (axis == kE) push(way);
    else travelled_[axis] += std::abs(way);
  }
}

// Adds the part of x and y that a straight line would miss; ends, z and filament are as in a straight move.
void Travel::arc(const Words& words, bool clockwise) {
  const std::array<double, 2> from{position_[0], position_[1]};
  const double dx = target(words, 0) - from[0], dy = target(words, 1) - from[1];
  const bool known = (known_[0] && known_[1]) || relative_;
  move(words);
  double i = words.i, j = words.j;
  if (words.has_radius && !words.has_center) {
    const double half = std::hypot(dx, dy) / 2;
    const double height = std::sqrt(std::max(0.0, words.r * words.r - half * half));
    const double side = (clockwise == (words.r > 0)) ? -1 : 1;
    if (half == 0) return;
    i = dx / 2 - side * height * dy / (2 * half);
    j = dy / 2 + side * height * dx / (2 * half);
  }
  const double radius = std::hypot(i, j);
  if (!known || radius == 0 || radius > kLongestMove) return;
  constexpr double kTurn = 2 * std::numbers::pi;
  const double begin = std::atan2(-j, -i);
  double sweep = std::atan2(dy - j, dx - i) - begin;
  if (clockwise) sweep = -sweep;
  while (sweep <= 1e-9) sweep += kTurn;  // an arc that ends where it began is a whole turn
  last_.arc_mm = radius * sweep;
  const double low = (clockwise ? begin - sweep : begin) + 2 * kTurn, high = low + sweep;
  constexpr double kQuarter = std::numbers::pi / 2;
  travelled_[0] += radius * (way_in_x(high) - way_in_x(low)) - std::abs(dx);
  travelled_[1] += radius * (way_in_x(high + kQuarter) - way_in_x(low + kQuarter)) - std::abs(dy);
}

void Travel::push(double length) {
  drawn_back_ -= length;
  if (length > 0) extruding_ = true;
  if (drawn_back_ >= 0) return;
  extruded_ -= drawn_back_;
  drawn_back_ = 0;
}

void Travel::set_position(const Words& words) {
  bool any = false;
  for (const bool has : words.has) any = any || has;
  for (std::size_t axis = 0; axis < position_.size(); ++axis) {
    if (any && !words.has[axis]) continue;
    position_[axis] = any ? words.axis[axis] : 0;
    known_[axis] = true;
  }
}

// The end position of homing depends on the printer.
void Travel::home(const command::Command& command) {
  const bool all = !command::has_parameter(command, 'X') && !command::has_parameter(command, 'Y') &&
                   !command::has_parameter(command, 'Z');
  constexpr std::string_view kAxes = "XYZ";
  for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
    if (all || command::has_parameter(command, kAxes[axis])) known_[axis] = false;
  }
}

}  // namespace gcode::printer
