#include "agent/history_sample.h"

namespace agent {
std::optional<HistorySample> sample_of(const LinkSnapshot& link) {
  if (!link.serial_open || !link.printer.is_up(link.taken_at)) return std::nullopt;
  HistorySample sample;
  sample.unix_seconds = std::chrono::duration_cast<std::chrono::seconds>(link.taken_at + link.wall_offset).count();
  for (std::size_t i = 0; i < sample.sensors.size(); ++i) {
    const auto& sensor = link.printer.temperatures[static_cast<gcode::Sensor>(i)];
    sample.sensors[i].actual = sensor.actual.fresh(link.taken_at, gcode::kReadingLifetime).value_or(gcode::kUnknown);
    sample.sensors[i].target = sensor.target.fresh(link.taken_at, gcode::kReadingLifetime).value_or(gcode::kUnknown);
  }
  return sample;
}

}  // namespace agent
