// The data of an export, independent of source and output format: columns of values over one grid of instants, and
// marks of events.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/time_grid.h"

namespace agent::tools {

/// As in Prometheus; "__name__" is the metric's name.
using Labels = std::map<std::string, std::string>;

struct Series {
  Labels labels;
  std::string legend;                         ///< "{{sensor}} target"; empty: name and labels
  std::string unit;                           ///< each unit is a panel of a plot, with this label
  bool is_target = false;                     ///< dashed steps in the colour of what should reach it
  std::string name;                           ///< of the column; set by name_columns()
  std::vector<std::optional<double>> values;  ///< one per instant; nothing: unknown
};

/// "paused" at that instant.
struct Mark {
  Ms at{};
  std::string text;
};

struct Table {
  Grid grid;
  Ms origin{};  ///< reference of relative and elapsed times
  std::vector<Series> series;
  std::vector<Mark> marks;
};

/// The label's value; empty if there is none.
[[nodiscard]] std::string label_of(const Labels& labels, const std::string& name);
/// Quoted as in expositions and PromQL: "a\"b".
[[nodiscard]] std::string quoted_value(std::string_view value);
/// `marlin_up{printer="mk3"}`; without a metric's name, `{printer="mk3"}`.
[[nodiscard]] std::string series_text(const Labels& labels);
/// The legend with each {{label}} replaced by that label's value, or by nothing if there is none.
[[nodiscard]] std::string filled_legend(std::string_view legend, const Labels& labels);

/// Gives every column a unique name. If the table has several printers, names from a legend begin with the printer's
/// name, unless the legend contains {{printer}}.
void name_columns(Table& table);
/// Removes series without values, then the instants before the first and after the last value.
void trim(Table& table);
/// Copies the values of `part` into `whole`. The grid of `part` is a part of the grid of `whole`.
void put_piece(std::vector<std::optional<double>>& whole, const Grid& grid, Ms at, double value);

}  // namespace agent::tools
