// A small table with all difficult cases: names with every quote, values that are unknown, not
// numbers or infinite, ratios, marks.
#pragma once

#include <limits>
#include <string>

#include "agent/tools/series_table.h"

namespace sample {

inline constexpr const char* kAwkwardName = "it's \"50 %\" \\ of $x_1^2$ {a} @&\nnext";

inline agent::tools::Table table() {
  using agent::tools::Ms;
  agent::tools::Table table;
  table.grid = {Ms(1'700'000'000'000), Ms(10'000), 6};
  table.origin = table.grid.time(1);
  agent::tools::Series hot, duty, flat;
  hot.labels = {{"__name__", "marlin_temperature_celsius"}, {"printer", "mk3"}, {"sensor", "tool0"}};
  hot.name = "tool0";
  hot.values = {20.5, 100, std::nullopt, 215.1, std::numeric_limits<double>::quiet_NaN(), 215};
  duty.labels = {{"__name__", "marlin_heater_duty_ratio"}, {"printer", "mk3"}};
  duty.name = kAwkwardName;
  duty.unit = "ratio";
  duty.values = {0, 1, 1, 0.5, 0.25, std::numeric_limits<double>::infinity()};
  flat.labels = {{"printer", "mk3"}};
  flat.name = "_hidden, or not";
  flat.values = {1, 2, 3, 4, 5, 6};
  table.series = {hot, duty, flat};
  table.marks = {{table.grid.time(2), "paused"}, {table.grid.time(4), "it's over"}};
  return table;
}

}  // namespace sample
