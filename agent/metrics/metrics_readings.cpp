#include "agent/metrics/metrics_readings.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"
#include "gcode/printer/printer_activity.h"

namespace agent::metrics {
namespace {

using gcode::line::Time;

/// Slicers write an M73 for each remaining minute; 15 minutes also cover a slow bed. An older M73 does not describe the
/// current print, unless the print is paused.
constexpr Time kProgressLifetime = std::chrono::minutes(15);
/// M27 is sent every 10 s and deferred during heating and homing; after six missing answers the value is unknown.
constexpr Time kSdLifetime = std::chrono::minutes(1);
constexpr std::size_t kPrintFan = 1;  // of kFanWords

Known known(float value, double unit = 1) {
  return std::isfinite(value) ? Known(text::as_written(value) * unit) : std::nullopt;
}

Known known(const std::optional<float>& value) { return value ? known(*value) : std::nullopt; }

// Division, not multiplication: 100.5 / 1000 is exactly the double that prints as 0.1005.
Known meters_of(float millimeters) {
  return std::isfinite(millimeters) ? Known(text::as_written(millimeters) / 1000) : std::nullopt;
}

double ratio(double part, double whole) { return std::clamp(part / whole, 0.0, 1.0); }

void take_sensors(const snapshot::LinkSnapshot& link, Time now, Readings& out) {
  for (const gcode::reply::Sensor sensor : gcode::line::kValuesOf<gcode::reply::Sensor>) {
    const auto& reported = link.printer.temperatures[sensor];
    const auto fresh = [&](const gcode::printer::Aged<float>& aged) {
      return known(aged.fresh(now, link.printer.temperature_lifetime()));
    };
    out.sensors[sensor] = {sensor_word(sensor, link.dialect), fresh(reported.actual),
                           known(link.printer.target(sensor, now)), fresh(reported.duty)};
  }
}

void take_moves(const gcode::printer::PrinterState& printer, Time now, Readings& out) {
  if (const auto fans = printer.fans.fresh(now, gcode::printer::kReadingLifetime)) {
    for (std::size_t i = 0; i < out.fans.size(); ++i) out.fans[i] = {known(fans->rpm[i]), known(fans->duty[i])};
  }
  out.fans[kPrintFan].duty_ratio = known(printer.print_fan_duty(now));
  if (const auto position = printer.position.fresh(now, gcode::printer::kReadingLifetime)) {
    for (std::size_t i = 0; i < out.position_meters.size(); ++i) out.position_meters[i] = meters_of(position->axis[i]);
  }
  out.feedrate_ratio = known(printer.feedrate.fresh(now, gcode::printer::kOverrideLifetime));
  out.flow_ratio = known(printer.flow.fresh(now, gcode::printer::kOverrideLifetime));
  // Queried once after each start. It can only change through the printer's menu, so it does not expire.
  if (printer.nozzle_diameter.known) out.nozzle_diameter_meters = meters_of(printer.nozzle_diameter.value);
}

void take_progress(const snapshot::LinkSnapshot& link, Time now, gcode::printer::State state, Readings& out) {
  const gcode::printer::PrinterState& printer = link.printer;
  if (const auto sd = printer.sd.fresh(now, kSdLifetime)) {
    out.sd_position_bytes = static_cast<double>(sd->byte);
    out.sd_size_bytes = static_cast<double>(sd->size);
    if (sd->size > 0) out.sd_ratio = ratio(*out.sd_position_bytes, *out.sd_size_bytes);
  }
  // M73 describes a print that runs, is paused, or was the last to end.
  const auto activity = gcode::printer::activity_of(printer, link.prints);
  if (activity == gcode::printer::Activity::kNone && state != gcode::printer::State::kFinished) return;
  const bool stands_still = state != gcode::printer::State::kPrinting;
  const auto m73 = printer.progress.fresh(now, stands_still ? gcode::line::kNever : kProgressLifetime);
  if (!m73) return;
  if (gcode::reply::is_known(m73->percent)) out.m73_ratio = ratio(text::as_written(m73->percent), 100);
  out.remaining_seconds = known(m73->remaining_minutes, 60);
  out.change_remaining_seconds = known(m73->change_minutes, 60);
}

}  // namespace

Readings readings_of(const snapshot::LinkSnapshot& link, Time now, gcode::printer::State state) {
  const gcode::printer::PrinterState& printer = link.printer;
  Readings out;
  take_sensors(link, now, out);
  take_moves(printer, now, out);
  take_progress(link, now, state, out);
  out.busy = printer.busy.fresh(now, gcode::printer::kReadingLifetime);
  if (printer.temperature_report.known)
    out.temperature_report_unix_seconds =
        std::chrono::duration<double>(printer.temperature_report.value + link.wall_offset).count();
  return out;
}

}  // namespace agent::metrics
