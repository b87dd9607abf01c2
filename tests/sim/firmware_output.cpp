// Unsolicited lines and lines of many commands: oks, busy, reports. Formats from the recordings.
// Wire example: "ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4".
#include <cstdio>
#include <utility>

#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

constexpr std::size_t kMaxPrinted = 512;  ///< more than the longest formatted line, an M503 line of some 200

}  // namespace

void FirmwareCore::print(std::string_view text) { cpu_ = transmitter.send(text, cpu_, speaking_for_); }

void FirmwareCore::line(std::string_view text) {
  print(text);
  print(traits.eol);
}

void FirmwareCore::lf(std::string_view text) {
  print(text);
  print("\n");
}

void FirmwareCore::linef(const char* format, ...) {
  std::array<char, kMaxPrinted> text{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  line(text.data());
}

void FirmwareCore::lff(const char* format, ...) {
  std::array<char, kMaxPrinted> text{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  lf(text.data());
}

void FirmwareCore::bare_ok() { acknowledge("ok"); }

bool FirmwareCore::mishap_happens() {
  const PrinterHabits& habits = options.habits;
  if (habits.mishap == Mishap::kNone || mishaps >= habits.most_mishaps || cpu_ < habits.mishap_from) return false;
  if (habits.mishap_chance < 1 && std::uniform_real_distribution<>(0, 1)(mishap_random_) >= habits.mishap_chance)
    return false;
  ++mishaps;
  return true;
}

void FirmwareCore::acknowledge(std::string text) {
  if (auto& odd = options.habits.odd_oks; speaking_for_ == 'h' && !odd.empty()) {
    ++mishaps;
    const std::string said = odd.front();
    odd.pop_front();
    return said.empty() ? void() : line(said);
  }
  const bool numbered = running_ && current_.numbered;
  switch (options.habits.ok_form) {
    case OkForm::kBlankBehind: text += " "; break;
    case OkForm::kNumber: text += numbered ? " " + std::to_string(current_.number) : ""; break;
    case OkForm::kAdvanced: {
      const std::string free = options.accelerates ? std::to_string(planner_.moves_free(cpu_)) : "15";
      text = (numbered ? "ok N" + std::to_string(current_.number) : "ok") + " P" + free + " B3";
      break;
    }
    case OkForm::kPlain: break;
  }
  const Mishap mishap = options.habits.mishap;
  if (mishap == Mishap::kResendWithoutOk || speaking_for_ != 'h' || !mishap_happens()) return line(text);
  switch (mishap) {
    case Mishap::kLost: return;
    case Mishap::kNul: return line(std::string(1, '\0') + text);
    case Mishap::kExclaimed: return line(text + "!");
    case Mishap::kGlued: return print(text);
    case Mishap::kDoubled: line(text); return line("ok");
    case Mishap::kForged: forged_ok_at_ = cpu_ + std::chrono::milliseconds(300); return line(text);
    default: return line(text);
  }
}

// "wait" only while there is nothing to do.
void FirmwareCore::chat() {
  const PrinterHabits& habits = options.habits;
  ChatterLine said = chatter_line(habits.chatter);
  if (!habits.remarks.empty()) said = {habits.remarks[remark_++ % habits.remarks.size()], habits.remark_period};
  chat_next_ = cpu_ + said.period;
  if (said.text == "wait" && (running_ || !queue_.is_empty() || partial_size_ > 0)) return;
  line(said.text);
}

// Fills the printer's values in.
std::string FirmwareCore::worded(std::string_view text) {
  const std::pair<std::string_view, double> values[] = {{"{tool}", hotend.reading(cpu_)},
                                                        {"{tool_target}", hotend.target()},
                                                        {"{bed}", bed.reading(cpu_)},
                                                        {"{bed_target}", bed.target()},
                                                        {"{x}", position_[0]},
                                                        {"{y}", position_[1]},
                                                        {"{z}", position_[2]},
                                                        {"{e}", position_[3]}};
  std::string out(text);
  for (const auto& [mark, value] : values) {
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.2f", value);
    for (auto at = out.find(mark); at != std::string::npos; at = out.find(mark))
      out.replace(at, mark.size(), digits.data());
  }
  const std::string number = running_ && current_.numbered ? std::to_string(current_.number) : "";
  for (auto at = out.find("{n}"); at != std::string::npos; at = out.find("{n}")) out.replace(at, 3, number);
  return out;
}

bool FirmwareCore::answer_word_for_word() {
  const std::string code = letter_ + std::to_string(code_);
  for (const PrinterHabits::Answer& answer : options.habits.answers) {
    if (answer.command != code) continue;
    const std::string text = worded(answer.text);
    print(text);
    unresponsive_ = text.starts_with("ok") || text.find("\nok") != std::string::npos;
    return true;
  }
  return false;
}

void FirmwareCore::ok() {
  if (!traits.advanced_ok) return bare_ok();
  const int planner_free = planner_.moves_free(cpu_);
  if (running_ && current_.numbered) {
    return acknowledge("ok N" + std::to_string(current_.number) + " P" + std::to_string(planner_free) + " B" +
                       std::to_string(queue_.free_slots()));
  }
  acknowledge("ok P" + std::to_string(planner_free) + " B" + std::to_string(queue_.free_slots()));
}

void FirmwareCore::unknown_command() {
  const std::string text(current_.text());
  if (is_prusa()) {
    const char* blank = traits.version < 312 ? " " : "";
    if (letter_ != 0 && code_ >= 0) return lff("Unknown %c code: %s%s", letter_, text.c_str(), blank);
    if (!text.empty() && text[0] == 'M') return lff("Invalid M code: %s%s", text.c_str(), blank);
    if (!text.empty() && text[0] == 'G') return lff("Invalid G code: %s%s", text.c_str(), blank);
    return linef("echo:Unknown command: \"%s\"(2)", text.c_str());
  }
  if (traits.family == Family::kMarlin10) {
    if (letter_ == 'G' || letter_ == 'M') return;
    return linef("echo:Unknown command: \"%s\"", text.c_str());
  }
  linef("echo:Unknown command: \"%s\"", text.c_str());
}

void FirmwareCore::status_changed() {
  if (is_prusa() && traits.version >= 310) line("LCD status changed");
}

void FirmwareCore::notify(std::string_view text) {
  if (traits.host_actions) line("//action:notification " + std::string(text));
}

void FirmwareCore::action(std::string_view what) {
  if (!is_prusa() && !traits.host_actions) return;
  line(std::string(traits.action) + std::string(what));
}

void FirmwareCore::echo_enqueueing(std::string_view command) {
  line("echo:enqueing \"" + std::string(command) + "\"");
  queue_.push(command, Source::kInjected);
}

std::string FirmwareCore::temperatures(bool report) {
  const TemperatureFields fields = options.habits.temperature_fields;
  const bool doubled = report && fields == TemperatureFields::kDoubled;
  if (doubled || fields == TemperatureFields::kPowerBehind) {
    std::array<char, 160> text{};
    const double nozzle = hotend.reading(cpu_);
    const double plate = bed.reading(cpu_);
    if (doubled) {
      std::snprintf(text.data(), text.size(), "==T:%.2f /%.2f ==B:%.2f /%.2f @:%d B@:%d", nozzle, hotend.target(),
                    plate, bed.target(), hotend.duty(cpu_), bed.duty(cpu_));
    } else {
      std::snprintf(text.data(), text.size(), "T:%.1f /%.1f @%d B:%.1f /%.1f @%d", nozzle, hotend.target(),
                    hotend.duty(cpu_), plate, bed.target(), bed.duty(cpu_));
    }
    return text.data();
  }
  const bool old = is_prusa() || traits.family == Family::kMarlin10;
  return old ? temperatures_prusa() : temperatures_marlin();
}

std::string FirmwareCore::temperatures_prusa() {
  std::array<char, 160> text{};
  const double nozzle = hotend.reading(cpu_);
  const double plate = bed.reading(cpu_);
  const double target = hotend.target();
  const int size = std::snprintf(text.data(), text.size(), "T:%.1f /%.1f B:%.1f /%.1f T0:%.1f /%.1f @:%d B@:%d", nozzle,
                                 target, plate, bed.target(), nozzle, target, hotend.duty(cpu_), bed.duty(cpu_));
  if (is_prusa()) std::snprintf(text.data() + size, text.size() - static_cast<std::size_t>(size), " P:25.5 A:25.4");
  return text.data();
}

std::string FirmwareCore::temperatures_marlin() {
  std::array<char, 200> text{};
  const double nozzle = hotend.reading(cpu_);
  const double target = hotend.target();
  const bool second = seen('T') && value('T') == 1 && traits.two_hotends && running_ && code_ == 105;
  int size = std::snprintf(text.data(), text.size(), "T:%.2f /%.2f B:%.2f /%.2f", second ? 23.12 : nozzle,
                           second ? 0.0 : target, bed.reading(cpu_), bed.target());
  const auto append = [&](auto... arguments) {
    const auto used = static_cast<std::size_t>(size);
    size += std::snprintf(text.data() + used, text.size() - used, arguments...);
  };
  if (traits.two_hotends) append(" T0:%.2f /%.2f T1:23.12 /0.00", nozzle, target);
  append(" @:%d B@:%d", hotend.duty(cpu_), bed.duty(cpu_));
  if (traits.two_hotends) append(" @0:%d @1:0", hotend.duty(cpu_));
  return text.data();
}

std::string FirmwareCore::position_line() {
  std::array<char, 200> text{};
  const Axes& live = planner_.reached(cpu_);
  const char* format = "X:%.2f Y:%.2f Z:%.2f E:%.2f Count X: %.2f Y:%.2f Z:%.2f E:%.2f";
  if (traits.family == Family::kMarlin10) format = "X:%.2f Y:%.2f Z:%.2f E:%.2f Count X: %.2f Y:%.2f Z:%.2f";
  if (traits.family == Family::kMarlin11 || traits.family == Family::kMarlin21) {
    std::snprintf(text.data(), text.size(), "X:%.2f Y:%.2f Z:%.2f E:%.2f Count X:%d Y:%d Z:%d", position_[0],
                  position_[1], position_[2], position_[3], static_cast<int>(live[0] * 80),
                  static_cast<int>(live[1] * 80), static_cast<int>(live[2] * 400));
    return text.data();
  }
  std::snprintf(text.data(), text.size(), format, position_[0], position_[1], position_[2], position_[3], live[0],
                live[1], live[2], live[3]);
  return text.data();
}

void FirmwareCore::print_position() { line(position_line()); }

std::string FirmwareCore::fan_line() {
  std::array<char, 80> text{};
  const bool hot = hotend.reading(cpu_) > 50;
  if (is_prusa()) {
    std::snprintf(text.data(), text.size(), "E0:%d RPM PRN1:%d RPM E0@:%d PRN1@:%d", hot && !fan_stalled_ ? 3300 : 0,
                  fan_speed_ > 0 ? 60 * (fan_speed_ * 70 / 255) : 0, hot ? 255 : 0, fan_speed_);
    return text.data();
  }
  std::snprintf(text.data(), text.size(), "E0:%d RPM E0@:%d ", 0, 0);
  return text.data();
}

void FirmwareCore::autoreport() {
  if (!options.habits.report.empty()) return line(worded(options.habits.report));
  if (!is_prusa()) {
    print(" ");
    return line(temperatures(true));
  }
  if ((report_mask_ & 1) != 0) line(temperatures());
  if ((report_mask_ & 4) != 0) print_position();
  if ((report_mask_ & 2) != 0) line(fan_line());
}

void FirmwareCore::busy_line() {
  line(busy_text_ == BusyText::kUser ? "echo:busy: paused for user" : "echo:busy: processing");
}

}  // namespace sim
