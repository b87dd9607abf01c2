// What an export is about, whatever it came from and whatever it becomes: columns of values over one grid of
// instants, and marks at what happened meanwhile.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/time_grid.h"

namespace agent::tools {

/// As Prometheus has them; "__name__" is the metric's.
using Labels = std::map<std::string, std::string>;

struct Series {
  Labels labels;
  std::string legend;                         ///< "{{sensor}} target"; empty: name and labels
  bool is_ratio = false;                      ///< belongs on the second axis
  std::string name;                           ///< the column's; name_columns() writes it
  std::vector<std::optional<double>> values;  ///< one for each instant; nothing: not known then
};

/// "paused" at that instant.
struct Mark {
  Ms at{};
  std::string text;
};

struct Table {
  Grid grid;
  Ms origin{};  ///< what relative and elapsed times count from
  std::vector<Series> series;
  std::vector<Mark> marks;
};

/// The label's value, empty where there is none.
[[nodiscard]] std::string label_of(const Labels& labels, const std::string& name);
/// In the quotes of expositions and PromQL: "a\"b".
[[nodiscard]] std::string quoted_value(std::string_view value);
/// `marlin_up{printer="mk3"}`; without a metric's name, `{printer="mk3"}`.
[[nodiscard]] std::string series_text(const Labels& labels);
/// The legend with each {{label}} replaced by that label's value, by nothing where there is none.
[[nodiscard]] std::string filled_legend(std::string_view legend, const Labels& labels);

/// Gives every column a name that no other has. Where several printers are in the table, names that come from
/// a legend begin with the printer's, unless the legend says {{printer}} itself.
void name_columns(Table& table);
/// Takes series without any value away, then the instants before the first and behind the last value.
void trim(Table& table);
/// `part` lies on the grid of `whole`, whose values it fills.
void put_piece(std::vector<std::optional<double>>& whole, const Grid& grid, Ms at, double value);

}  // namespace agent::tools
