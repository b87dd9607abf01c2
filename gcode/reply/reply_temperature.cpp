// Temperature lines of M105, autoreports and waiting commands. Fields come in any order: sensors as "B:25.5 /0.0",
// duties as "@:17", and in waiting commands "E:0" (which extruder) and "W:?" (remaining seconds). A line that is cut
// off in the middle gives no reading at all: "B:2" may be the beginning of 25.5.
// Example: "T:23.75 /0.00 B:22.50 /0.00 T0:23.75 /0.00 T1:23.12 /0.00 @:0 B@:0 @0:0 @1:0".
#include <algorithm>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

constexpr int kNoTool = -1;
constexpr int kTools = 8;

Sensor tool_sensor(int tool) { return static_cast<Sensor>(static_cast<int>(Sensor::kTool0) + tool); }

// The single letters; kCount if the letter names no sensor.
Sensor sensor_of(char letter) {
  switch (letter) {
    case 'B': return Sensor::kBed;
    case 'C': return Sensor::kChamber;
    case 'P': return Sensor::kProbe;
    case 'A': return Sensor::kAmbient;
    case 'L': return Sensor::kCooler;
    case 'M': return Sensor::kBoard;
    case 'R': return Sensor::kRedundant;
    default: return Sensor::kCount;
  }
}

bool is_only_measuring(Sensor sensor) {
  return sensor == Sensor::kProbe || sensor == Sensor::kAmbient || sensor == Sensor::kBoard ||
         sensor == Sensor::kRedundant;
}

// Soft PWM counts to 127; a larger value proves that this printer counts to 255 (M 6).
float duty_of(double counts) {
  if (counts < 0 || counts > 255) return kUnknown;
  return static_cast<float>(counts > 127 ? counts / 255 : counts / 127);
}

class FieldReader {
 public:
  explicit FieldReader(Temperatures& out) : out_(out) {}

  // False if the text is torn or is not a temperature line.
  bool read(std::string_view rest) {
    for (;;) {
      line::skip_blanks(rest);
      if (rest.empty()) return fields_ > 0;
      if (rest.front() == '(') {  // SHOW_TEMP_ADC_VALUES
        const std::size_t close = rest.find(')');
        if (close == std::string_view::npos) return false;
        rest.remove_prefix(close + 1);
        continue;
      }
      if (rest.starts_with("ADC ")) return fields_ > 0;  // debug builds of Prusa (P 2.1)
      if (!read_field(rest)) return false;
      ++fields_;
    }
  }

  // Decides which tool "T:" and "@:" belong to. They are ignored for a tool that has its numbered field: on Marlin "T:"
  // is the active tool. Otherwise they belong to E's tool, or the first (Smoothie prints T for tool 0 beside T1, M 10).
  void finish() {
    if (has_active_) add(tool_sensor(extruder_ == kNoTool ? 0 : extruder_), active_actual_, active_target_);
    if (is_known(active_duty_) && tool_count_ == 1) set_duty(only_tool_, active_duty_);
    if (is_known(bed_duty_)) set_duty(Sensor::kBed, bed_duty_);
    // M 6: the cooler prints its duty as "C@:" too, after the chamber's.
    const bool has_chamber = out_.find(Sensor::kChamber) != nullptr;
    if (is_known(first_c_duty_)) set_duty(has_chamber ? Sensor::kChamber : Sensor::kCooler, first_c_duty_);
    if (is_known(second_c_duty_)) set_duty(Sensor::kCooler, second_c_duty_);
    for (int tool = 0; tool < kTools; ++tool) {
      if (duty_seen_ & (1u << tool)) set_duty(tool_sensor(tool), tool_duty_[tool]);
    }
  }

  [[nodiscard]] bool is_waiting() const { return is_waiting_ || !has_target_; }
  // One sensor without a target: "T:0" of a Marlin 2.x without any sensor (M 6). No firmware reports a temperature in
  // this form, and "T:5" occurs in gigabytes of random bytes.
  [[nodiscard]] bool is_bare() const { return fields_ == 1 && !has_target_; }

 private:
  bool read_field(std::string_view& rest) {
    const std::size_t colon = rest.substr(0, 4).find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view name = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
    if (name == "W") return read_wait(rest);
    if (name == "E") return read_extruder(rest);
    if (!name.empty() && name.back() == '@') return read_duty(name, rest);
    if (!name.empty() && name.front() == '@') return read_tool_duty(name, rest);
    return read_sensor(name, rest);
  }

  static bool at_boundary(std::string_view rest) { return rest.empty() || line::is_blank(rest.front()); }

  bool read_wait(std::string_view& rest) {
    is_waiting_ = true;
    std::int64_t seconds = 0;
    return (line::take(rest, "?") || line::take_integer(rest, seconds)) && at_boundary(rest);
  }

  bool read_extruder(std::string_view& rest) {
    std::int64_t tool = 0;
    if (!line::take_integer(rest, tool) || !at_boundary(rest)) return false;
    is_waiting_ = true;
    if (tool >= 0 && tool < kTools) extruder_ = static_cast<int>(tool);
    return true;
  }

  bool read_duty(std::string_view name, std::string_view& rest) {
    float duty = kUnknown;
    if (!take_duty(rest, duty)) return false;
    if (name == "@") active_duty_ = duty;
    if (name == "B@") bed_duty_ = duty;
    if (name == "C@") (is_known(first_c_duty_) ? second_c_duty_ : first_c_duty_) = duty;
    return true;
  }

  bool read_tool_duty(std::string_view name, std::string_view& rest) {
    float duty = kUnknown;
    if (!take_duty(rest, duty)) return false;
    if (name.size() != 2 || !line::is_digit(name[1]) || name[1] - '0' >= kTools) return true;
    const int tool = name[1] - '0';
    tool_duty_[tool] = duty;
    duty_seen_ |= 1u << tool;
    return true;
  }

  // "17", or "12W" if the firmware was built to print watts: then the duty is not known.
  static bool take_duty(std::string_view& rest, float& duty) {
    double counts = 0;
    if (!line::take_decimal(rest, counts)) return false;
    duty = line::take(rest, "W") ? kUnknown : duty_of(counts);
    return at_boundary(rest);
  }

  // "25.5 /0.0", "25.5/0", "25.5"; "nan" is an unknown reading.
  bool read_sensor(std::string_view name, std::string_view& rest) {
    float actual = kUnknown, target = kUnknown;
    if (!take_celsius(rest, actual)) return false;
    std::string_view after = rest;
    line::skip_blanks(after);
    if (line::take(after, "/")) {
      line::skip_blanks(after);
      if (!take_celsius(after, target)) return false;
      has_target_ = true;
      rest = after;
    }
    return at_boundary(rest) && keep(name, actual, target);
  }

  static bool take_celsius(std::string_view& rest, float& celsius) {
    line::skip_blanks(rest);
    if (line::take(rest, "nan") || line::take(rest, "inf") || line::take(rest, "-nan")) return true;
    double value = 0;
    if (!line::take_decimal(rest, value)) return false;
    celsius = static_cast<float>(value);
    return true;
  }

  bool keep(std::string_view name, float actual, float target) {
    if (name == "T") {
      has_active_ = true;
      active_actual_ = actual;
      active_target_ = target;
    } else if (name.size() == 2 && name[0] == 'T' && line::is_digit(name[1])) {
      if (name[1] - '0' < kTools) add(tool_sensor(name[1] - '0'), actual, target);
    } else if (name.size() == 1 && sensor_of(name[0]) != Sensor::kCount) {
      add(sensor_of(name[0]), actual, target);
    }
    return !name.empty();  // other names are other firmwares' sensors
  }

  void add(Sensor sensor, float actual, float target) {
    // M 6: Marlin prints "/0.00" after every sensor; a sensor without a heater has no target.
    if (is_only_measuring(sensor) && target == 0) target = kUnknown;
    if (out_.find(sensor) != nullptr || out_.count == out_.items.size()) return;
    out_.items[out_.count++] = TemperatureReading(sensor, actual, target);
    if (sensor <= Sensor::kTool7) {
      ++tool_count_;
      only_tool_ = sensor;
    }
  }

  void set_duty(Sensor sensor, float duty) {
    for (std::size_t i = 0; i < out_.count; ++i) {
      if (out_.items[i].sensor == sensor) out_.items[i].duty = duty;
    }
  }

  Temperatures& out_;
  int fields_ = 0;
  int extruder_ = kNoTool;
  int tool_count_ = 0;
  unsigned duty_seen_ = 0;
  bool has_active_ = false;
  bool has_target_ = false;
  bool is_waiting_ = false;
  Sensor only_tool_ = Sensor::kTool0;
  float active_actual_ = kUnknown, active_target_ = kUnknown, active_duty_ = kUnknown;
  float bed_duty_ = kUnknown, first_c_duty_ = kUnknown, second_c_duty_ = kUnknown;
  float tool_duty_[kTools];  // only valid where duty_seen_ is set
};

// "T:", "T0:", "B:", "C:", "P:" and a number: not "TM: error", "Cap:", "P0 action".
bool begins_with_temperature(std::string_view line) {
  if (line.size() < 3) return false;
  const char first = line[0];
  if (first != 'T' && first != 'B' && first != 'C' && first != 'P') return false;
  std::size_t at = 1;
  if (first == 'T' && line::is_digit(line[1])) at = 2;
  if (at >= line.size() || line[at] != ':') return false;
  std::string_view value = line.substr(at + 1);
  line::skip_blanks(value);
  (void)line::take(value, "-");
  return !value.empty() && (line::is_digit(value.front()) || value.starts_with("nan"));
}

}  // namespace

bool read_temperature(std::string_view line, Reply& reply) {
  line::skip_blanks(line);
  if (!begins_with_temperature(line)) return false;
  FieldReader reader(reply.temperatures);
  if (!reader.read(line)) {
    reply.temperatures.count = 0;
    if (read_glued_ok(line, reply)) return true;
    if (line.ends_with("start")) return accept(reply, ReplyKind::kStart, {});
    return accept(reply, ReplyKind::kTemperature, line);
  }
  reader.finish();
  if (reader.is_bare()) reply.temperatures.count = 0;
  const bool probe_wait = line.front() == 'P';  // "P:30.0/35" is M860's own line
  return accept(reply, reader.is_waiting() || probe_wait ? ReplyKind::kHeating : ReplyKind::kTemperature, line);
}

bool read_ok_temperature(std::string_view fields, Reply& reply) {
  if (!begins_with_temperature(fields)) return false;
  FieldReader reader(reply.temperatures);
  const bool whole = reader.read(fields);
  if (whole) reader.finish();
  if (!whole || reader.is_bare()) reply.temperatures.count = 0;
  reply.carries_ok = true;
  return accept(reply, ReplyKind::kOkTemperature, fields);
}

bool read_separate_target(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  Sensor sensor = Sensor::kBed;
  std::int64_t tool = 0;
  if (line::take(rest, "TargetExtr")) {
    if (!line::take_integer(rest, tool) || tool < 0 || tool >= kTools) return false;
    sensor = tool_sensor(static_cast<int>(tool));
  } else if (!line::take(rest, "TargetBed")) {
    return false;
  }
  double target = 0;
  if (!line::take(rest, ":") || !line::take_decimal(rest, target) || !line::trim_blanks(rest).empty()) return false;
  reply.temperatures.items[0] = TemperatureReading(sensor, kUnknown, static_cast<float>(target));
  reply.temperatures.count = 1;
  return accept(reply, ReplyKind::kTemperature, line);
}

}  // namespace gcode::reply
