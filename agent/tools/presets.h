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
  std::string legend{};    ///< empty: name and labels
  std::string unit{};      ///< as Series::unit
  bool is_target = false;  ///< as Series::is_target
};

inline constexpr const char* kCelsius = "°C";

[[nodiscard]] std::vector<std::string> preset_names();
/// `selector`: 'printer="mk3"' or empty; `window`: of rates. Not empty if `preset` is one of preset_names().
[[nodiscard]] std::vector<Ask> asks_of(std::string_view preset, const std::string& selector, Ms window);

/// 'printer="mk3",instance="pi:11520"': the given ones, quoted for PromQL.
[[nodiscard]] std::string selector_of(const std::string& printer, const std::string& instance);

/// The unit of a user's query, according to the metric names in it: "ratio" or "".
[[nodiscard]] std::string unit_of_query(std::string_view query);

}  // namespace agent::tools
