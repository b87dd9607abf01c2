// What a printer reported, as values. Metrics, status, API and page are rendered from them. A value that is not fresh
// is unknown.
// Wire example: "ok T:215.1 /215.0 B:60.0 /60.0 @:25 B@:7" gives {"tool0", 215.1, 215, 0.197} and {"bed", 60, 60,
// 0.055}.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "agent/snapshot/snapshot.h"

namespace agent::metrics {

/// An unknown number has no value. A value is never a NaN or an infinity.
using Known = std::optional<double>;

struct SensorReading {
  std::string_view word;  ///< "tool0", "bed" ...
  Known celsius, target_celsius, duty_ratio;
};

struct FanReading {
  Known rpm, duty_ratio;
};

struct Readings {
  gcode::line::EnumArray<gcode::reply::Sensor, SensorReading> sensors{};
  std::array<FanReading, 2> fans{};        ///< in the order of kFanWords
  std::array<Known, 4> position_meters{};  ///< in the order of kAxisWords
  std::optional<gcode::reply::BusyReason> busy{};
  Known temperature_report_unix_seconds{};  ///< of any age, since this value shows the age
  Known feedrate_ratio{}, flow_ratio{}, nozzle_diameter_meters{};
  Known m73_ratio{}, remaining_seconds{}, change_remaining_seconds{};  ///< of the current print, by M73
  Known sd_ratio{}, sd_position_bytes{}, sd_size_bytes{};              ///< by M27
  [[nodiscard]] Known progress_ratio() const { return m73_ratio ? m73_ratio : sd_ratio; }
};

/// The readings of a printer that is up and in `state`, at `now` on the snapshot's clock.
[[nodiscard]] Readings readings_of(const snapshot::LinkSnapshot& link, gcode::line::Time now,
                                   gcode::printer::State state);

}  // namespace agent::metrics
