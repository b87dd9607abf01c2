// A table as text for programs: separated values (RFC 4180), JSON, and OpenMetrics as `promtool tsdb
// create-blocks-from openmetrics` reads it. An unknown value is an empty field, null, or no sample.
#pragma once

#include <ostream>

#include "agent/tools/series_table.h"
#include "agent/tools/time_grid.h"

namespace agent::tools {

struct SeparatedStyle {
  char separator = ',';
  bool has_header = true;
  TimeStyle time = TimeStyle::kUnix;
};

/// Lines end with CR LF.
void write_separated(std::ostream& out, const Table& table, const SeparatedStyle& style);
/// {"start":..., "end":..., "step":..., "series":[{"name":..., "labels":{...}, "values":[[time, value],
/// ...]}], "marks":[...]}
void write_json(std::ostream& out, const Table& table, TimeStyle time);
/// A series without a metric name is called marlin_export, with the column's name as a label.
void write_openmetrics(std::ostream& out, const Table& table);

}  // namespace agent::tools
