#include "agent/snapshot/history_sample.h"

namespace agent::snapshot {
std::optional<HistorySample> sample_of(const LinkSnapshot& link) {
  if (!link.serial_open || !link.printer.is_up(link.taken_at)) return std::nullopt;
  HistorySample sample;
  sample.unix_seconds = std::chrono::duration_cast<std::chrono::seconds>(link.taken_at + link.wall_offset).count();
  for (std::size_t i = 0; i < sample.sensors.size(); ++i) {
    const auto& sensor = link.printer.temperatures[static_cast<gcode::reply::Sensor>(i)];
    sample.sensors[i].actual =
        sensor.actual.fresh(link.taken_at, gcode::printer::kReadingLifetime).value_or(gcode::reply::kUnknown);
    sample.sensors[i].target =
        link.printer.target(static_cast<gcode::reply::Sensor>(i), link.taken_at).value_or(gcode::reply::kUnknown);
  }
  return sample;
}

}  // namespace agent::snapshot
