#include "agent/history_sample.h"

#include <algorithm>

namespace agent {
namespace {

/// M73 and M27 are told once a minute or seldomer; what is older belongs to no running print.
constexpr gcode::Time kProgressLifetime = std::chrono::minutes(15);

float progress_of(const LinkSnapshot& link) {
  const auto& printer = link.printer;
  if (const auto m73 = printer.progress.fresh(link.taken_at, kProgressLifetime); m73 && gcode::is_known(m73->percent)) {
    return std::clamp(m73->percent / 100.0F, 0.0F, 1.0F);
  }
  const auto sd = printer.sd.fresh(link.taken_at, kProgressLifetime);
  if (!sd || sd->size == 0) return gcode::kUnknown;
  return std::clamp(static_cast<float>(sd->byte) / static_cast<float>(sd->size), 0.0F, 1.0F);
}

}  // namespace

std::optional<HistorySample> sample_of(const LinkSnapshot& link) {
  if (!link.serial_open || !link.printer.is_up(link.taken_at)) return std::nullopt;
  HistorySample sample;
  sample.unix_seconds = std::chrono::duration_cast<std::chrono::seconds>(link.taken_at + link.wall_offset).count();
  sample.state = link.printer.state(link.taken_at);
  for (std::size_t i = 0; i < sample.sensors.size(); ++i) {
    const auto& sensor = link.printer.temperatures[i];
    sample.sensors[i].actual = sensor.actual.fresh(link.taken_at, gcode::kReadingLifetime).value_or(gcode::kUnknown);
    sample.sensors[i].target = sensor.target.fresh(link.taken_at, gcode::kReadingLifetime).value_or(gcode::kUnknown);
  }
  const bool prints = sample.state == gcode::State::kPrinting || sample.state == gcode::State::kPaused;
  if (prints) sample.progress = progress_of(link);
  return sample;
}

}  // namespace agent
