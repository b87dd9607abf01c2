// Positions as M114 and its reports print them. Axes other than X, Y, Z and E are skipped; the step counts behind
// "Count" give no value. A line is read completely or not at all: a torn line keeps its kind and gives no value.
// Examples: "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 ...", "X:10.00Y:20.50Z:0.30E:1.20" (Marlin 1.0), "X:150.0
// Y:150.0 Z:  0.7 E:  0.0" (Alfawise), "X:-2.00 Y:0.00 Z:-0.17 Extruder:0.00" (ADVi3++), "ok C: X:12.5000 ..." (Smoothie).
#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

constexpr std::string_view kAxes = "XYZE";

void skip_separator(std::string_view& rest) {
  line::skip_blanks(rest);
  if (line::take(rest, ",")) line::skip_blanks(rest);  // Teacup
}

bool is_axis(char c) { return c >= 'A' && c <= 'Z'; }

// The end of a figure: a blank, a comma, or the next axis where the firmware prints no blanks.
bool at_boundary(std::string_view rest) {
  if (rest.empty() || line::is_blank(rest.front()) || rest.front() == ',') return true;
  return rest.size() > 1 && is_axis(rest[0]) && rest[1] == ':';
}

std::size_t decimals_of(std::string_view figure) {
  const std::size_t point = figure.find('.');
  return point == std::string_view::npos ? 0 : figure.size() - point - 1;
}

class AxisReader {
 public:
  // False if a figure is cut off or X, Y and Z are not all there.
  bool read(std::string_view& rest) {
    for (; !rest.empty() && !rest.starts_with("Count"); skip_separator(rest)) {
      if (!is_axis(rest.front())) break;
      if (!read_axis(rest)) return false;
    }
    // "X: 150 Y: 150 Z: 150" is the size of a Flashforge.
    return seen_ >= 3 && (seen_ == 4 || has_decimals_ || !rest.empty());
  }

  [[nodiscard]] bool is_empty() const { return seen_ == 0; }
  [[nodiscard]] const Position& position() const { return position_; }

 private:
  bool read_axis(std::string_view& rest) {
    const char name = rest.front();
    rest.remove_prefix(1);
    double value = 0;
    std::string_view figure;
    const bool is_extruder = name == 'E' && !rest.empty() && line::is_digit(rest.front());
    if (is_extruder) rest.remove_prefix(1);  // RepRapFirmware: E0, E1 behind E
    if (name == 'E') (void)line::take(rest, "xtruder");
    if (!take_figure(rest, value, figure)) return false;
    const std::size_t axis = is_extruder ? std::string_view::npos : kAxes.find(name);
    if (axis == std::string_view::npos) return seen_ > 0;
    // In this order, each once. The last figure with fewer decimals than the one before it was cut off.
    const std::size_t decimals = decimals_of(figure);
    if (axis != seen_ || (rest.empty() && decimals < decimals_)) return false;
    position_.axis[axis] = static_cast<float>(value);
    decimals_ = decimals;
    has_decimals_ = has_decimals_ || decimals > 0;
    ++seen_;
    return true;
  }

  static bool take_figure(std::string_view& rest, double& value, std::string_view& figure) {
    if (!line::take(rest, ":")) return false;
    line::skip_blanks(rest);
    const std::string_view from = rest;
    if (!line::take_decimal(rest, value) || !at_boundary(rest)) return false;
    figure = from.substr(0, from.size() - rest.size());
    return figure.back() != '.';
  }

  Position position_;
  std::size_t seen_ = 0;      ///< of kAxes
  std::size_t decimals_ = 0;  ///< of the figure before
  bool has_decimals_ = false;
};

// "Count X:800 Y:0 Z:0", "Count X: 0.00Y:0.00", "Count 0 0 0".
bool is_count(std::string_view rest) {
  if (!line::take(rest, "Count")) return rest.empty();
  for (line::skip_blanks(rest); !rest.empty(); line::skip_blanks(rest)) {
    double value = 0;
    if (is_axis(rest.front())) {
      rest.remove_prefix(1);
      if (!line::take(rest, ":")) return false;
      line::skip_blanks(rest);
    }
    if (!line::take_decimal(rest, value) || !at_boundary(rest)) return false;
  }
  return true;
}

}  // namespace

bool read_position(std::string_view line, Reply& reply) {
  if (line.starts_with("Count X:") || line.starts_with("Count A:")) {  // the second line of a delta's or an old M114
    reply.is_whole_report = is_count(line);
    return accept(reply, ReplyKind::kPosition, line);
  }
  if (!line.starts_with("X:")) return false;
  std::string_view rest = line;
  AxisReader reader;
  const bool whole = reader.read(rest);
  if (whole) reply.position = reader.position();
  reply.is_whole_report = whole && is_count(line::trim_blanks(rest));
  if (!reply.is_whole_report && read_glued_ok(line, ReplyKind::kPosition, reply)) return true;
  if (reader.is_empty()) return false;
  reply.is_torn = !whole;
  return accept(reply, ReplyKind::kPosition, line);
}

bool read_ok_position(std::string_view text, Reply& reply) {
  if (line::take(text, "C:")) line::skip_blanks(text);
  if (!text.starts_with("X:")) return false;
  AxisReader reader;
  if (!reader.read(text)) return false;
  reply.position = reader.position();
  return true;
}

}  // namespace gcode::reply
