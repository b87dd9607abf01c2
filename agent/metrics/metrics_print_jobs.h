// Series of prints and of the printer's lifetime: the current print, prints by result, travel and filament, the
// printer's own counters, its MMU.
// Example output: marlin_print_job_info{printer="mk3",print_id="42",file="BENCHY~1.GCO",source="sd"} 1
#pragma once

#include "agent/metrics/metrics_series.h"
#include "agent/metrics/metrics_source.h"

namespace agent::metrics::scenario {

void job_info(const PrinterSource& p, SeriesWriter& out);
void job_elapsed(const PrinterSource& p, SeriesWriter& out);
void job_start(const PrinterSource& p, SeriesWriter& out);
void prints(const PrinterSource& p, SeriesWriter& out);
void prints_started(const PrinterSource& p, SeriesWriter& out);
void recorded_seconds(const PrinterSource& p, SeriesWriter& out);
void recorded_filament(const PrinterSource& p, SeriesWriter& out);
void travel(const PrinterSource& p, SeriesWriter& out);
void extruded(const PrinterSource& p, SeriesWriter& out);
void lifetime_print(const PrinterSource& p, SeriesWriter& out);
void lifetime_filament(const PrinterSource& p, SeriesWriter& out);
void lifetime_crashes(const PrinterSource& p, SeriesWriter& out);
void lifetime_runouts(const PrinterSource& p, SeriesWriter& out);
void lifetime_power_failures(const PrinterSource& p, SeriesWriter& out);
void lifetime_mmu_failures(const PrinterSource& p, SeriesWriter& out);
void lifetime_tool_changes(const PrinterSource& p, SeriesWriter& out);
void mmu_info(const PrinterSource& p, SeriesWriter& out);
void mmu_slot(const PrinterSource& p, SeriesWriter& out);
void mmu_state(const PrinterSource& p, SeriesWriter& out);
void mmu_errors(const PrinterSource& p, SeriesWriter& out);
void mmu_tool_changes(const PrinterSource& p, SeriesWriter& out);

}  // namespace agent::metrics::scenario
