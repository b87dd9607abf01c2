// A table as text for programs: separated values (RFC 4180), JSON, and OpenMetrics as `promtool tsdb
// create-blocks-from openmetrics` takes it. A value that is not known is an empty field, null, and no sample.
#pragma once

#include <ostream>
#include <string>

#include "agent/tools/series_table.h"
#include "agent/tools/time_column.h"

namespace tools {

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
/// What has no metric's name is called marlin_export, with the column's name as label.
void write_openmetrics(std::ostream& out, const Table& table);

}  // namespace tools
