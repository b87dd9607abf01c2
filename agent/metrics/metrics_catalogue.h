// All metric families: name, type, unit, labels, current number of series, HELP. Made from the table of
// metrics_families.h, so that the list cannot differ from what is exported.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent::metrics {

class MetricsCollector;

struct CatalogueEntry {
  std::string_view name, type, unit, help;  ///< unit: "seconds"; empty: none
  std::vector<std::string_view> labels;
  std::size_t series = 0;  ///< current; a histogram's buckets, sum and count each count as a series
};

/// In the order of the tables, including families without a series.
[[nodiscard]] std::vector<CatalogueEntry> catalogue(const MetricsCollector& metrics);

}  // namespace agent::metrics
