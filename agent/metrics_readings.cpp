#include "agent/metrics_readings.h"

#include <algorithm>
#include <chrono>

#include "agent/metrics_labels.h"
#include "agent/metrics_text.h"

namespace agent::readings {
namespace {

using gcode::Aged;
using gcode::Time;

/// Slicers write an M73 for each minute that is left; 15 minutes also outlast a slow bed. An older one belongs to
/// nothing that is going on, unless the print stands still.
constexpr Time kProgressLifetime = std::chrono::minutes(15);
/// M27 is asked every 10 s and put off by heating and homing; six of them missing is silence.
constexpr Time kSdLifetime = std::chrono::minutes(1);

template <class T>
std::optional<T> fresh(const PrinterSource& p, const Aged<T>& aged, Time oldest = gcode::kReadingLifetime) {
  if (!p.up) return std::nullopt;
  return aged.fresh(p.now, oldest);
}

double unix_seconds(const PrinterSource& p, Time at) {
  return std::chrono::duration<double>(at + p.link.wall_offset).count();
}

std::string_view sensor_word(const PrinterSource& p, gcode::Sensor sensor) {
  const bool is_prusa = p.link.dialect && p.link.dialect->family == gcode::FirmwareFamily::kPrusa;
  return is_prusa && sensor == gcode::Sensor::kProbe ? "pinda" : kSensorWords[sensor];
}

using Temperature = gcode::PrinterState::Temperature;
void add_sensors(const PrinterSource& p, Aged<float> Temperature::*field, SeriesWriter& out) {
  const auto& sensors = p.link.printer.temperatures;
  for (const gcode::Sensor sensor : gcode::kValuesOf<gcode::Sensor>) {
    if (const auto value = fresh(p, sensors[sensor].*field)) out.add(as_written(*value), {sensor_word(p, sensor)});
  }
}

void add_fans(const PrinterSource& p, std::array<float, 2> gcode::Fans::*field, SeriesWriter& out) {
  const auto fans = fresh(p, p.link.printer.fans);
  if (!fans) return;
  for (std::size_t i = 0; i < kFanWords.size(); ++i) out.add(as_written((*fans.*field)[i]), {kFanWords[i]});
}

void add_override(const PrinterSource& p, const Aged<float>& ratio, SeriesWriter& out) {
  if (const auto value = fresh(p, ratio, gcode::kOverrideLifetime)) out.add(as_written(*value));
}

/// There is a print that M73 can speak of: one that runs, stands still, or has ended last.
bool has_current_print(const PrinterSource& p) {
  const auto& printer = p.link.printer;
  return p.state == gcode::State::kPrinting || p.state == gcode::State::kPaused || p.state == gcode::State::kFinished ||
         printer.sd_printing || printer.paused || printer.host_is_printing(p.now);
}

std::optional<gcode::Progress> current_progress(const PrinterSource& p) {
  if (!has_current_print(p)) return std::nullopt;
  const bool stands_still = p.link.printer.paused || p.state != gcode::State::kPrinting;
  return fresh(p, p.link.printer.progress, stands_still ? gcode::kNever : kProgressLifetime);
}

std::optional<gcode::SdPosition> current_sd(const PrinterSource& p) { return fresh(p, p.link.printer.sd, kSdLifetime); }

double ratio(double part, double whole) { return std::clamp(part / whole, 0.0, 1.0); }

template <class Text>
std::string text_of(const Aged<Text>& aged) {
  return aged.known ? clean_text(aged.value.view()) : std::string();
}

}  // namespace

void printer_info(const PrinterSource& p, SeriesWriter& out) {
  const auto& printer = p.link.printer;
  if (!p.up || !(printer.firmware.known || printer.machine_type.known || printer.serial_number.known)) return;
  out.add(1, {text_of(printer.machine_type), text_of(printer.firmware), text_of(printer.protocol),
              text_of(printer.serial_number), clean_text(p.link.usb_id)});
}

void capabilities(const PrinterSource& p, SeriesWriter& out) {
  if (!p.up) return;
  // 60: the bound of a family's series for one printer; Marlin 2.1 announces 30.
  constexpr std::size_t kMost = 60;
  const auto& all = p.link.printer.capabilities;
  const auto end = all.begin() + std::min<std::size_t>(p.link.printer.capability_count, kMost);
  for (auto it = all.begin(); it != end; ++it) {
    const auto name = it->name.view();
    // A name told twice must not make two series of one name; the first stands.
    const bool told_before = std::any_of(all.begin(), it, [&](const auto& c) { return c.name.view() == name; });
    if (is_capability_name(name) && !told_before) out.add(it->on ? 1 : 0, {name});
  }
}

void busy(const PrinterSource& p, SeriesWriter& out) {
  if (p.up) out.add_states(fresh(p, p.link.printer.busy), kBusyWords);
}

void temperatures(const PrinterSource& p, SeriesWriter& out) { add_sensors(p, &Temperature::actual, out); }
void targets(const PrinterSource& p, SeriesWriter& out) { add_sensors(p, &Temperature::target, out); }
void duties(const PrinterSource& p, SeriesWriter& out) { add_sensors(p, &Temperature::duty, out); }

void temperature_report(const PrinterSource& p, SeriesWriter& out) {
  // Of any age: that it is old is what this one tells.
  if (p.up && p.link.printer.temperature_report.known)
    out.add(unix_seconds(p, p.link.printer.temperature_report.value));
}

void fan_speeds(const PrinterSource& p, SeriesWriter& out) { add_fans(p, &gcode::Fans::rpm, out); }
void fan_duties(const PrinterSource& p, SeriesWriter& out) { add_fans(p, &gcode::Fans::duty, out); }

void positions(const PrinterSource& p, SeriesWriter& out) {
  const auto position = fresh(p, p.link.printer.position);
  if (!position) return;
  for (std::size_t i = 0; i < kAxisWords.size(); ++i) out.add(as_written(position->axis[i]) / 1000, {kAxisWords[i]});
}

void feedrate(const PrinterSource& p, SeriesWriter& out) { add_override(p, p.link.printer.feedrate, out); }
void flow(const PrinterSource& p, SeriesWriter& out) { add_override(p, p.link.printer.flow, out); }

void nozzle_diameter(const PrinterSource& p, SeriesWriter& out) {
  // Asked once after each start: it cannot change without the printer's menu, so it does not age.
  const auto millimeters = fresh(p, p.link.printer.nozzle_diameter, gcode::kNever);
  if (millimeters) out.add(as_written(*millimeters) / 1000);
}

void progress(const PrinterSource& p, SeriesWriter& out) {
  const auto m73 = current_progress(p);
  if (m73 && gcode::is_known(m73->percent)) out.add(ratio(as_written(m73->percent), 100), {"m73"});
  const auto sd = current_sd(p);
  if (sd && sd->size > 0) out.add(ratio(static_cast<double>(sd->byte), static_cast<double>(sd->size)), {"bytes"});
}

void remaining(const PrinterSource& p, SeriesWriter& out) {
  if (const auto m73 = current_progress(p)) out.add(as_written(m73->remaining_minutes) * 60);
}

void change_remaining(const PrinterSource& p, SeriesWriter& out) {
  if (const auto m73 = current_progress(p)) out.add(as_written(m73->change_minutes) * 60);
}

void sd_position(const PrinterSource& p, SeriesWriter& out) {
  if (const auto sd = current_sd(p)) out.add(static_cast<double>(sd->byte));
}

void sd_size(const PrinterSource& p, SeriesWriter& out) {
  if (const auto sd = current_sd(p)) out.add(static_cast<double>(sd->size));
}

}  // namespace agent::readings
