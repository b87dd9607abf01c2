// The queries that a preset stands for, in PromQL over the agent's own families. The table is the only place
// that knows them; a test holds its names to those that are exported.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/time_grid.h"

namespace agent::tools {

/// One question and how its columns are shown.
struct Ask {
  std::string query;
  std::string legend;     ///< empty: name and labels
  bool is_ratio = false;  ///< its values go from 0 to 1 or near it: second axis
};

struct AxisLabels {
  std::string first, second;
};

[[nodiscard]] std::vector<std::string> preset_names();
/// `selector`: 'printer="mk3"' or empty; `window`: of rates. Not empty if `preset` is one of preset_names().
[[nodiscard]] std::vector<Ask> asks_of(std::string_view preset, const std::string& selector, Ms window);
[[nodiscard]] AxisLabels axis_labels_of(std::string_view preset);

/// 'printer="mk3",instance="pi:11520"': what is given, quoted for PromQL.
[[nodiscard]] std::string selector_of(const std::string& printer, const std::string& instance);

/// Whether a query of the user's own gives ratios, by the name of what it asks for.
[[nodiscard]] bool asks_for_ratio(std::string_view query);

}  // namespace agent::tools
