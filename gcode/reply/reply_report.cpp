// Readings other than temperatures: position, fans, progress, percentages. A line is read completely or not at all: a
// torn line keeps its kind and gives no value. Examples: "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 ...", "E0:0 RPM
// PRN1:0 RPM E0@:0 PRN1@:0", "NORMAL MODE: Percent done: 12; print time remaining in mins: 34; Change in mins: -1",
// "FR:100%".
#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

constexpr std::size_t kHotendFan = 0;
constexpr std::size_t kPrintFan = 1;

bool at_boundary(std::string_view rest) { return rest.empty() || line::is_blank(rest.front()); }

// "E0", "PRN1", "PRN0": which fan, or false.
bool take_fan(std::string_view& rest, std::size_t& fan) {
  if (line::take(rest, "E0")) {
    fan = kHotendFan;
    return true;
  }
  if (line::take(rest, "PRN0") || line::take(rest, "PRN1")) {
    fan = kPrintFan;
    return true;
  }
  return false;
}

// One "E0:4680 RPM" or "E0@:255".
bool take_fan_field(std::string_view& rest, Fans& fans) {
  std::size_t fan = 0;
  if (!take_fan(rest, fan)) return false;
  const bool is_duty = line::take(rest, "@");
  double value = 0;
  if (!line::take(rest, ":") || !line::take_decimal(rest, value) || value < 0) return false;
  if (is_duty) {
    if (value <= 255) fans.duty[fan] = static_cast<float>(value / 255);
    return at_boundary(rest);
  }
  if (!line::take(rest, " RPM")) return false;
  fans.rpm[fan] = static_cast<float>(value);
  return at_boundary(rest);
}

// Prusa: percent -1 or 255 and minutes -1 or 65535 mean "never set" (P 2.2, observed 15).
float prusa_percent(double value) { return value < 0 || value == 255 ? kUnknown : static_cast<float>(value); }
float prusa_minutes(double value) { return value < 0 || value == 65535 ? kUnknown : static_cast<float>(value); }

bool take_labelled(std::string_view& rest, std::string_view label, double& value) {
  return line::take(rest, label) && line::take_decimal(rest, value);
}

}  // namespace

bool read_position(std::string_view line, Reply& reply) {
  constexpr std::string_view kAxes = "XYZE";
  std::string_view rest = line;
  if (!rest.starts_with("X:")) return false;
  Position position;
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    double value = 0;
    if (rest.empty() || rest.front() != kAxes[i]) return false;
    rest.remove_prefix(1);
    if (!line::take(rest, ":") || !line::take_decimal(rest, value) || !at_boundary(rest)) {
      if (read_glued_ok(line, reply)) return true;
      return i > 0 && accept(reply, ReplyKind::kPosition, line);
    }
    position.axis[i] = static_cast<float>(value);
    line::skip_blanks(rest);
  }
  reply.position = position;
  return accept(reply, ReplyKind::kPosition, line);
}

bool read_fans(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  Fans fans;
  if (!take_fan_field(rest, fans)) return false;
  bool whole = true;
  for (line::skip_blanks(rest); whole && !rest.empty(); line::skip_blanks(rest)) whole = take_fan_field(rest, fans);
  if (whole) reply.fans = fans;
  if (!whole && read_glued_ok(line, reply)) return true;
  return accept(reply, ReplyKind::kFans, line);
}

bool read_prusa_progress(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  const bool is_silent = line::take(rest, "SILENT MODE:");
  if (!is_silent && !line::take(rest, "NORMAL MODE:")) return false;
  reply.progress.silent_mode = is_silent;
  double percent = 0, remaining = 0, change = 0;
  const bool whole = take_labelled(rest, " Percent done: ", percent) &&
                     take_labelled(rest, "; print time remaining in mins: ", remaining);
  const bool has_change = whole && take_labelled(rest, "; Change in mins: ", change);
  if (whole && line::trim_blanks(rest).empty()) {
    reply.progress.percent = prusa_percent(percent);
    reply.progress.remaining_minutes = prusa_minutes(remaining);
    if (has_change) reply.progress.change_minutes = prusa_minutes(change);
  }
  return accept(reply, ReplyKind::kProgress, line);
}

bool read_marlin_progress(std::string_view text, Reply& reply) {
  std::string_view rest = text;
  double percent = 0, remaining = 0, change = 0;
  if (!take_labelled(rest, "M73 Progress: ", percent) || !line::take(rest, "%")) return false;
  reply.progress.percent = static_cast<float>(percent);
  // Marlin prints 0 for minutes that were never set: 0 counts only if the print is finished.
  if (take_labelled(rest, "; Time left: ", remaining) && line::take(rest, "m") && (remaining > 0 || percent >= 100)) {
    reply.progress.remaining_minutes = static_cast<float>(remaining);
  }
  if (take_labelled(rest, "; Change: ", change) && line::take(rest, "m") && change > 0) {
    reply.progress.change_minutes = static_cast<float>(change);
  }
  return accept(reply, ReplyKind::kProgress, text);
}

bool read_percent(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  char of = 0;
  if (line::take(rest, "FR:")) {
    of = 'F';
  } else if (line::take(rest, "E0 Flow: ")) {  // E1 and later are other extruders'
    of = 'E';
  }
  double value = 0;
  if (!line::take_decimal(rest, value) || rest != "%") return false;
  reply.percent = static_cast<float>(value);
  reply.percent_of = of;
  return accept(reply, ReplyKind::kPercent, line);
}

}  // namespace gcode::reply
