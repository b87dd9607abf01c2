// The PromQL queries of each preset, over the agent's own families. They are defined only in this table; a test checks
// that the families exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/time_grid.h"

namespace agent::tools {

/// One query and how its columns are shown.
struct Ask {
  std::string query;
  std::string legend;     ///< empty: name and labels
  bool is_ratio = false;  ///< its values are about 0 to 1: second axis
};

struct AxisLabels {
  std::string first, second;
};

[[nodiscard]] std::vector<std::string> preset_names();
/// `selector`: 'printer="mk3"' or empty; `window`: of rates. Not empty if `preset` is one of preset_names().
[[nodiscard]] std::vector<Ask> asks_of(std::string_view preset, const std::string& selector, Ms window);
[[nodiscard]] AxisLabels axis_labels_of(std::string_view preset);

/// 'printer="mk3",instance="pi:11520"': the given ones, quoted for PromQL.
[[nodiscard]] std::string selector_of(const std::string& printer, const std::string& instance);

/// Whether a user's query gives ratios, according to the metric names in it.
[[nodiscard]] bool asks_for_ratio(std::string_view query);

}  // namespace agent::tools
