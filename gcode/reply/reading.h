// The values in a printer's line, as plain values. A reading carries no time: its owner adds the age.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "gcode/line/enum_array.h"

namespace gcode::reply {

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
[[nodiscard]] inline bool is_known(float value) { return !std::isnan(value); }

/// Names of Marlin's temperature fields: T, T0..T7, B, C (chamber), P (probe; PINDA on Prusa), A (Einsy ambient),
/// L (cooler), M (board), R (redundant).
enum class Sensor : std::uint8_t {
  kTool0,
  kTool1,
  kTool2,
  kTool3,
  kTool4,
  kTool5,
  kTool6,
  kTool7,
  kBed,
  kChamber,
  kProbe,
  kAmbient,
  kCooler,
  kBoard,
  kRedundant,
  kCount
};

/// Degrees Celsius; duty as the printer counts it divided by 127 (soft PWM), 0 to 1. kUnknown if not reported. The
/// default constructor sets nothing: an array of readings costs nothing until it is filled.
struct TemperatureReading {
  TemperatureReading() {}
  explicit TemperatureReading(Sensor of, float actual_celsius = kUnknown, float target_celsius = kUnknown,
                              float duty_ratio = kUnknown)
      : sensor(of), actual(actual_celsius), target(target_celsius), duty(duty_ratio) {}

  Sensor sensor;
  float actual;
  float target;
  float duty;
};

/// All that one line can carry: every sensor at most once. Items from `count` on are unset.
struct Temperatures {
  std::array<TemperatureReading, line::kCountOf<Sensor>> items;
  std::uint8_t count = 0;

  [[nodiscard]] const TemperatureReading* begin() const { return items.data(); }
  [[nodiscard]] const TemperatureReading* end() const { return items.data() + count; }
  /// The reading of `sensor`, or nullptr.
  [[nodiscard]] const TemperatureReading* find(Sensor sensor) const {
    for (const TemperatureReading& item : *this) {
      if (item.sensor == sensor) return &item;
    }
    return nullptr;
  }
};

/// Fan 0 is the nozzle fan (E0), fan 1 the print fan (PRN1, PRN0). rpm; duty 0 to 1 (PWM / 255).
struct Fans {
  std::array<float, 2> rpm{kUnknown, kUnknown};
  std::array<float, 2> duty{kUnknown, kUnknown};
};

/// Planned position, millimetres: x, y, z, e.
struct Position {
  std::array<float, 4> axis{kUnknown, kUnknown, kUnknown, kUnknown};
};

/// M73. Percent 0 to 100 (101 occurs), minutes; kUnknown if the printer prints -1, 255 or nothing.
struct Progress {
  bool silent_mode = false;  ///< Prusa prints NORMAL and SILENT; PrinterState uses NORMAL
  bool is_partial = false;   ///< Prusa Buddy prints a line for each: what this one does not tell is as before
  float percent = kUnknown;
  float remaining_minutes = kUnknown;
  float change_minutes = kUnknown;
};

/// M27 "SD printing byte a/b".
struct SdPosition {
  std::uint64_t byte = 0;
  std::uint64_t size = 0;
};

}  // namespace gcode::reply
