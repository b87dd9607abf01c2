// Readings other than temperatures and positions: fans, progress, percentages. A line is read completely or not at all:
// a torn line keeps its kind and gives no value. Examples: "E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0", "NORMAL MODE: Percent
// done: 12; print time remaining in mins: 34; Change in mins: -1", "FR:100%".
#include <array>

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

// Prusa: percent -1 or 255 and minutes -1 or 65535 mean "never set" (P 2.2, P 9.15).
float prusa_percent(double value) { return value < 0 || value == 255 ? kUnknown : static_cast<float>(value); }
float prusa_minutes(double value) { return value < 0 || value == 65535 ? kUnknown : static_cast<float>(value); }

bool take_labelled(std::string_view& rest, std::string_view label, double& value) {
  return line::take(rest, label) && line::take_decimal(rest, value);
}

// Marlin's M73 report, each part of which is an option of the build: "Progress: 25%; Time left: 90m; Change: 12m;", or
// with M73_REPORT_PRUSA "Percent done: 25; Print time remaining in mins: 90; Change in mins: 12;". The text behind the
// number proves that the number is whole.
struct ProgressPart {
  std::string_view label;
  std::string_view unit;
  std::size_t of;  ///< percent, remaining, change
};
constexpr std::array kProgressParts{
    ProgressPart{"Progress:", "%", 0},  ProgressPart{"Percent done:", ";", 0},
    ProgressPart{"Time left:", "m", 1}, ProgressPart{"Print time remaining in mins:", ";", 1},
    ProgressPart{"Change:", "m", 2},    ProgressPart{"Change in mins:", ";", 2},
};

bool take_progress_part(std::string_view& rest, std::size_t& of, double& value) {
  for (const ProgressPart& part : kProgressParts) {
    std::string_view at = rest;
    if (!line::take(at, part.label)) continue;
    line::skip_blanks(at);
    if (!line::take_decimal(at, value) || !line::take(at, part.unit)) return false;
    (void)line::take(at, ";");
    rest = at;
    of = part.of;
    return true;
  }
  return false;
}

}  // namespace

bool read_fans(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  Fans fans;
  if (!take_fan_field(rest, fans)) return false;
  bool whole = true;
  for (line::skip_blanks(rest); whole && !rest.empty(); line::skip_blanks(rest)) whole = take_fan_field(rest, fans);
  if (whole) reply.fans = fans;
  if (!whole && read_glued_ok(line, ReplyKind::kFans, reply)) return true;
  reply.is_torn = !whole;
  reply.is_whole_report = whole && line.starts_with("E0:");
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
    if (has_change && change > 0) reply.progress.change_minutes = prusa_minutes(change);  // 0: none is left
  }
  return accept(reply, ReplyKind::kProgress, line);
}

bool read_marlin_progress(std::string_view text, Reply& reply) {
  std::string_view rest = text;
  if (!line::take(rest, "M73 ")) return false;
  std::array<double, 3> values{-1, -1, -1};
  bool any = false;
  for (line::skip_blanks(rest); !rest.empty(); line::skip_blanks(rest)) {
    std::size_t of = 0;
    double value = 0;
    if (!take_progress_part(rest, of, value)) break;
    values[of] = value;
    any = true;
  }
  if (!any) return false;
  const auto [percent, remaining, change] = values;
  if (percent >= 0) reply.progress.percent = static_cast<float>(percent);
  // Marlin prints 0 for minutes that were never set: 0 counts only if the print is finished.
  if (remaining > 0 || (remaining == 0 && percent >= 100))
    reply.progress.remaining_minutes = static_cast<float>(remaining);
  if (change > 0) reply.progress.change_minutes = static_cast<float>(change);
  return accept(reply, ReplyKind::kProgress, text);
}

bool read_progress_line(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  std::size_t of = 0;
  double value = 0;
  if (!line.ends_with(';') || !take_progress_part(rest, of, value) || !rest.empty() || of == 0) return false;
  reply.progress.is_partial = true;
  (of == 1 ? reply.progress.remaining_minutes : reply.progress.change_minutes) = static_cast<float>(value);
  return accept(reply, ReplyKind::kProgress, line);
}

bool read_multiply(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  const bool is_speed = line::take(rest, "SpeedMultiply:");
  double value = 0;
  if (!is_speed && !line::take(rest, "FlowMultiply:")) return false;
  if (!line::take_decimal(rest, value) || !rest.empty()) return accept(reply, ReplyKind::kEcho, line);
  reply.percent = static_cast<float>(value);
  reply.percent_of = is_speed ? 'F' : 'E';
  return accept(reply, ReplyKind::kPercent, line);
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
