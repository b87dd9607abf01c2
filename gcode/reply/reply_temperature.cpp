// Temperature lines of M105, autoreports and waiting commands. Fields come in any order: sensors as "B:25.5 /0.0",
// duties as "@:17", and in waiting commands "E:0" (which extruder) and "W:?" (remaining seconds). Fields that only other
// firmware prints are skipped (other_field.cpp). A line that is cut off in the middle gives no reading at all: "B:2" may
// be the beginning of 25.5.
// Example: "T:23.75 /0.00 B:22.50 /0.00 T0:23.75 /0.00 T1:23.12 /0.00 @:0 B@:0 @0:0 @1:0".
#include <algorithm>

#include "gcode/line/scan.h"
#include "gcode/reply/other_field.h"
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

// "T" is the active tool, which finish() assigns; "B0" is the first zone of a divided bed (Snapmaker Artisan).
Sensor sensor_named(std::string_view name) {
  if (name.size() == 1) return name[0] == 'T' ? Sensor::kTool0 : sensor_of(name[0]);
  if (name.size() != 2) return Sensor::kCount;
  if (name[0] == 'T' && line::is_digit(name[1]) && name[1] - '0' < kTools) return tool_sensor(name[1] - '0');
  return name == "B0" ? Sensor::kBed : Sensor::kCount;
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

std::size_t decimals_of(std::string_view figure) {
  const std::size_t point = figure.find('.');
  return point == std::string_view::npos ? 0 : figure.size() - point - 1;
}

// "nan", "-inf", "NAN" (Repetier), "err": a sensor that is broken or missing.
bool take_no_number(std::string_view& rest) {
  std::string_view at = rest;
  (void)line::take(at, "-");
  for (const std::string_view word : {std::string_view("nan"), std::string_view("inf"), std::string_view("err")}) {
    if (at.size() < word.size() || !line::equal_ignoring_case(at.substr(0, word.size()), word)) continue;
    rest = at.substr(word.size());
    return true;
  }
  return false;
}

class FieldReader {
 public:
  explicit FieldReader(Temperatures& out) : out_(out) {}

  // False if the text is torn or is not a temperature line.
  bool read(std::string_view rest) {
    for (;;) {
      line::skip_blanks(rest);
      if (rest.empty()) return fields_ > 0;
      const std::size_t colon = rest.substr(0, 4).find(':');
      if (colon == std::string_view::npos || rest.front() < '@') {  // a name begins with a letter or '@'
        const OtherField other = skip_other_field(rest);
        if (other == OtherField::kTorn) return false;
        has_other_ = has_other_ || other == OtherField::kForeign;
        continue;
      }
      if (!read_field(rest, colon)) return false;
      ++fields_;
    }
  }

  // Decides which tool "T:" and "@:" belong to. They are ignored for a tool that has its numbered field: on Marlin "T:"
  // is the active tool. Otherwise they belong to E's tool, or the first (Smoothie prints T for tool 0 beside T1, M 10).
  void finish() {
    const Sensor active = tool_sensor(extruder_ == kNoTool ? 0 : extruder_);
    if (has_active_) (void)add(active, active_actual_, active_target_);
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

  // M303's lines name one sensor and no target; two without a target are an answer of Teacup or Sprinter.
  [[nodiscard]] bool is_waiting() const { return is_waiting_ || (!has_target_ && out_.count <= 1); }
  [[nodiscard]] bool says_wait() const { return says_wait_; }
  [[nodiscard]] bool is_cut_off() const { return is_cut_off_; }
  // One sensor without a target: "T:0" of a Marlin 2.x without any sensor (M 6). No firmware reports a temperature in
  // this form, and "T:5" occurs in gigabytes of random bytes.
  [[nodiscard]] bool is_bare() const { return fields_ == 1 && !has_target_; }
  // The fields of a periodic report and nothing else. A report that lost its newline runs into the next line.
  [[nodiscard]] bool is_whole_report() const { return has_target_ && !is_waiting_ && !has_other_; }
  // A heater is there: "P:8.00 I:0.20 D:60.00" are the figures of a regulator.
  [[nodiscard]] bool has_heater() const {
    return has_target_ && (has_active_ || tool_count_ > 0 || out_.find(Sensor::kBed) != nullptr);
  }

 private:
  bool read_field(std::string_view& rest, std::size_t colon) {
    const std::string_view name = rest.substr(0, colon);
    const std::string_view field = rest;
    rest.remove_prefix(colon + 1);
    if (name == "W") return read_wait(rest);
    if (name == "E") return read_extruder(rest);
    if (!name.empty() && name.back() == '@') return read_duty(name, rest);
    if (!name.empty() && name.front() == '@') return read_tool_duty(name, rest);
    if (const Sensor sensor = sensor_named(name); sensor != Sensor::kCount) return read_sensor(name, sensor, rest);
    rest = field;
    const OtherField other = skip_other_field(rest);
    has_other_ = has_other_ || other == OtherField::kForeign;
    return other != OtherField::kTorn;
  }

  static bool at_boundary(std::string_view rest) { return rest.empty() || line::is_blank(rest.front()); }

  bool read_wait(std::string_view& rest) {
    is_waiting_ = says_wait_ = true;
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
  bool read_sensor(std::string_view name, Sensor sensor, std::string_view& rest) {
    float actual = kUnknown, target = kUnknown;
    std::string_view actual_text, target_text;
    if (!take_celsius(rest, actual, actual_text)) return false;
    std::string_view after = rest;
    line::skip_blanks(after);
    if (line::take(after, "/")) {
      if (!take_celsius(after, target, target_text)) return false;
      rest = after;
    }
    if (!at_boundary(rest)) return false;
    if (rest.empty() && looks_cut_off(name[0] == 'T' || name[0] == 'B', actual_text, target_text)) {
      is_cut_off_ = true;
      has_target_ = has_target_ || !target_text.empty();
      return true;
    }
    has_target_ = has_target_ || !target_text.empty();
    actual_text_ = actual_text;
    if (!target_text.empty()) target_text_ = target_text;
    keep(name, sensor, actual, target);
    return true;
  }

  // The line ends with this figure. A firmware prints the same number of decimals in each, and a target for each heater
  // or for none: "T:190.26 /190.00 B:5" was cut off. "P:30.0/35" is whole.
  [[nodiscard]] bool looks_cut_off(bool heats, std::string_view actual, std::string_view target) const {
    if (!target.empty())
      return heats && decimals_of(target) < decimals_of(target_text_.empty() ? actual : target_text_);
    if (is_waiting_ || actual_text_.empty()) return false;
    return (has_target_ && heats) || decimals_of(actual) < decimals_of(actual_text_);
  }

  static bool take_celsius(std::string_view& rest, float& celsius, std::string_view& figure) {
    line::skip_blanks(rest);
    const std::string_view from = rest;
    double value = 0;
    if (line::take_decimal(rest, value)) {
      celsius = static_cast<float>(value);
    } else if (!take_no_number(rest)) {
      return false;
    }
    figure = from.substr(0, from.size() - rest.size());
    return figure.back() != '.';  // no firmware prints "25.": bytes were lost
  }

  void keep(std::string_view name, Sensor sensor, float actual, float target) {
    if (name == "T") {
      has_other_ = has_other_ || has_active_;
      has_active_ = true;
      active_actual_ = actual;
      active_target_ = target;
    } else if (!add(sensor, actual, target)) {
      has_other_ = true;
    }
  }

  // False if there is one already.
  bool add(Sensor sensor, float actual, float target) {
    // M 6: Marlin prints "/0.00" after every sensor; a sensor without a heater has no target.
    if (is_only_measuring(sensor) && target == 0) target = kUnknown;
    if (out_.find(sensor) != nullptr || out_.count == out_.items.size()) return false;
    out_.items[out_.count++] = TemperatureReading(sensor, actual, target);
    if (sensor <= Sensor::kTool7) {
      ++tool_count_;
      only_tool_ = sensor;
    }
    return true;
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
  bool says_wait_ = false;
  bool has_other_ = false;  ///< text that no periodic report has
  bool is_cut_off_ = false;
  Sensor only_tool_ = Sensor::kTool0;
  float active_actual_ = kUnknown, active_target_ = kUnknown, active_duty_ = kUnknown;
  float bed_duty_ = kUnknown, first_c_duty_ = kUnknown, second_c_duty_ = kUnknown;
  std::string_view actual_text_, target_text_;  ///< of the sensor before
  float tool_duty_[kTools];                     // only valid where duty_seen_ is set
};

// "T:", "T0:", "B:", "C:", "P:" and a number: not "TM: error", "Cap:", "P0 action".
bool begins_with_temperature(std::string_view line) {
  while (line::take(line, "=")) {}
  if (line.size() < 3) return false;
  const char first = line[0];
  if (first != 'T' && first != 'B' && first != 'C' && first != 'P') return false;
  std::size_t at = 1;
  if ((first == 'T' || first == 'B') && line::is_digit(line[1])) at = 2;
  if (at >= line.size() || line[at] != ':') return false;
  std::string_view value = line.substr(at + 1);
  line::skip_blanks(value);
  if (value.empty()) return false;
  if (line::is_digit(value[0])) return true;
  return (value[0] == '-' && value.size() > 1 && line::is_digit(value[1])) || take_no_number(value);
}

// "TT::31.5031.50  //0.000.00": Creality 4.x prints each piece of a report twice. None of its figures is certain.
bool is_doubled(std::string_view line) { return line.starts_with("TT::") || line.starts_with("TT00::"); }

// A report whose newline was lost or became noise; the text of one that was cut goes on in the middle of a field.
bool is_whole_but_for_its_end(std::string_view report) {
  const auto is_noise = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F;
  };
  while (!report.empty() && is_noise(report.back())) report.remove_suffix(1);
  Temperatures unused;
  return FieldReader(unused).read(report);
}

void read_notes(const FieldReader& reader, Reply& reply) {
  reply.says_wait = reader.says_wait();
  reply.is_torn = reader.is_cut_off();
  if (reader.is_bare()) reply.temperatures.count = 0;
}

bool accept_unreadable(std::string_view line, Reply& reply) {
  reply.temperatures.count = 0;
  reply.is_torn = true;
  return accept(reply, ReplyKind::kTemperature, line);
}

}  // namespace

bool read_temperature(std::string_view line, Reply& reply) {
  line::skip_blanks(line);
  if (is_doubled(line)) {
    reply.is_whole_report = true;
    return accept_unreadable(line, reply);
  }
  if (!begins_with_temperature(line)) return false;
  FieldReader reader(reply.temperatures);
  if (!reader.read(line)) {
    reply.temperatures.count = 0;
    if (!read_glued_ok(line, ReplyKind::kTemperature, reply)) return accept_unreadable(line, reply);
    reply.is_torn = !is_whole_but_for_its_end(line.substr(0, line.size() - reply.from_ok.size()));
    return true;
  }
  reader.finish();
  read_notes(reader, reply);
  // Smoothie's M190 prints "B:34.2 /60.0 @255" while it waits: every periodic report begins with a tool.
  reply.is_whole_report = reader.is_whole_report() && (line.front() == 'T' || line.front() == '=');
  const bool probe_wait = line.front() == 'P';  // "P:30.0/35" is M860's own line
  return accept(reply, reader.is_waiting() || probe_wait ? ReplyKind::kHeating : ReplyKind::kTemperature, line);
}

bool read_ok_temperature(std::string_view fields, Reply& reply) {
  const bool begins = begins_with_temperature(fields);
  const bool is_sure = begins && fields.front() != 'C' && fields.front() != 'P';
  // Klipper sorts its sensors by name: "ok A:31.0 /0.0 B:22.1 /0.0 T0:23.4 /0.0".
  if (!begins && (fields.empty() || !line::is_letter(fields.front()) || fields.find(" /") == std::string_view::npos))
    return false;
  FieldReader reader(reply.temperatures);
  const bool whole = reader.read(fields);
  if (!is_sure && (!whole || !reader.has_heater())) {
    reply.temperatures.count = 0;
    return false;
  }
  if (whole) reader.finish();
  read_notes(reader, reply);
  if (!whole) {
    reply.temperatures.count = 0;
    reply.is_torn = true;
  }
  for (auto at = fields.find("ok"); at != std::string_view::npos; at = fields.find("ok", at + 2)) {
    if (reply.oks_behind < 255) ++reply.oks_behind;
  }
  return accept_ok(reply, OkForm::kFields, ReplyKind::kOkTemperature, fields);
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
