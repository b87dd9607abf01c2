// Series of what the printer reported: shown while the printer is up and the value is fresh, gone otherwise.
// Wire example: "ok T:215.1 /215.0 B:60.0 /60.0 @:25 B@:7" gives
//   marlin_temperature_celsius{printer="mk3",sensor="tool0"} 215.1
#pragma once

#include "agent/metrics/metrics_series.h"
#include "agent/metrics/metrics_source.h"

namespace agent::readings {

void printer_info(const PrinterSource& p, SeriesWriter& out);
void capabilities(const PrinterSource& p, SeriesWriter& out);
void busy(const PrinterSource& p, SeriesWriter& out);
void temperatures(const PrinterSource& p, SeriesWriter& out);
void targets(const PrinterSource& p, SeriesWriter& out);
void duties(const PrinterSource& p, SeriesWriter& out);
void temperature_report(const PrinterSource& p, SeriesWriter& out);
void fan_speeds(const PrinterSource& p, SeriesWriter& out);
void fan_duties(const PrinterSource& p, SeriesWriter& out);
void positions(const PrinterSource& p, SeriesWriter& out);
void feedrate(const PrinterSource& p, SeriesWriter& out);
void flow(const PrinterSource& p, SeriesWriter& out);
void nozzle_diameter(const PrinterSource& p, SeriesWriter& out);
void progress(const PrinterSource& p, SeriesWriter& out);
void remaining(const PrinterSource& p, SeriesWriter& out);
void change_remaining(const PrinterSource& p, SeriesWriter& out);
void sd_position(const PrinterSource& p, SeriesWriter& out);
void sd_size(const PrinterSource& p, SeriesWriter& out);

}  // namespace agent::readings
