// PrinterState: what a host's commands set and no report tells. A newer report of the printer is never contradicted.
// Example: "M106 S128" is a fan duty of 0.5 on a printer that reports no fans, until a card file or a restart.
#include <algorithm>

#include "gcode/printer/printer_state.h"

namespace gcode::printer {

// The tool that the command heats; nothing if there is no such tool.
std::optional<reply::Sensor> PrinterState::tool_of(const command::Command& command,
                                                   const dialect::Dialect& dialect) const {
  if (dialect.family == dialect::FirmwareFamily::kPrusa) return reply::Sensor::kTool0;  // one nozzle for all of the MMU
  const double tool = command::parameter(command, 'T').value_or(tools_are_apart() ? active_tool : 0);
  if (!(tool >= 0 && tool <= static_cast<double>(reply::Sensor::kTool7))) return std::nullopt;
  return static_cast<reply::Sensor>(static_cast<std::uint8_t>(tool));
}

void PrinterState::host_setting(const command::Command& command, const dialect::Dialect& dialect, line::Time now) {
  if (command.letter == 'T' && command.code >= 0 && command.code <= static_cast<int>(reply::Sensor::kTool7))
    active_tool = static_cast<std::uint8_t>(command.code);
  if (command.letter != 'M') return;
  const auto s = command::parameter(command, 'S');
  const auto r = command::parameter(command, 'R');  // waits for cooling too
  const auto set_target = [&](std::optional<reply::Sensor> sensor) {
    if (sensor && (s || r)) temperatures[*sensor].commanded.set(static_cast<float>(s ? *s : *r), now);
  };
  switch (command.code) {
    case 104:
    case 109: set_target(tool_of(command, dialect)); break;
    case 140:
    case 190: set_target(reply::Sensor::kBed); break;
    case 141:
    case 191: set_target(reply::Sensor::kChamber); break;
    case 106:
    case 107: {
      // P names another fan, T a second speed.
      if (command::parameter(command, 'P').value_or(0) != 0 || command::has_parameter(command, 'T')) break;
      const double pwm = command.code == 107 ? 0 : s.value_or(255);
      const double duty = pwm > 0 && pwm < 1 ? pwm : std::clamp(pwm, 0.0, 255.0) / 255;  // RepRapFirmware takes "S0.5"
      commanded_fan.set(static_cast<float>(duty), now);
      break;
    }
    case 220:
    case 221:
      // The printer applies the command's S from now on; no query is needed.
      if (s) (command.code == 220 ? feedrate : flow).set(static_cast<float>(*s / 100.0), now);
      break;
    case 24: forget_settings(); break;  // a file from the card begins
    default: break;
  }
}

std::optional<float> PrinterState::target(reply::Sensor sensor, line::Time now) const {
  const Temperature& kept = temperatures[sensor];
  const bool is_overtaken = kept.commanded.known && kept.commanded.at > kept.target.at;
  const line::Time lifetime = is_overtaken ? kReadingLifetime : temperature_lifetime();
  if (const auto reported = kept.target.fresh(now, lifetime)) return reported;
  if (kept.target.known && kept.target.at >= kept.commanded.at) return std::nullopt;
  return kept.commanded.fresh(now, kOverrideLifetime);
}

std::optional<float> PrinterState::print_fan_duty(line::Time now) const {
  const float reported = fans.known ? fans.value.duty[1] : reply::kUnknown;
  if (reply::is_known(reported) && now - fans.at <= kReadingLifetime) return reported;
  if (reply::is_known(reported) && fans.at >= commanded_fan.at) return std::nullopt;
  return commanded_fan.fresh(now, kOverrideLifetime);
}

// A file on the card sets what it likes, and a stopped printer sets its heaters and fans itself.
void PrinterState::forget_settings() {
  feedrate.forget();
  flow.forget();
  commanded_fan.forget();
  for (Temperature& kept : temperatures) kept.commanded.forget();
}

}  // namespace gcode::printer
