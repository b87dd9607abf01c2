// All metric families there are, as their reader sees them: name, type, unit, labels, how many series now, HELP. From the
// table of metrics_families.h, so that the list cannot differ from what is exported.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent::metrics {

class MetricsCollector;

struct CatalogueEntry {
  std::string_view name, type, unit, help;  ///< unit: "seconds"; empty: it has none
  std::vector<std::string_view> labels;
  std::size_t series = 0;  ///< now; a histogram's buckets, sum and count are series of their own
};

/// In the order of the tables; families without a series now are there as well.
[[nodiscard]] std::vector<CatalogueEntry> catalogue(const MetricsCollector& metrics);

}  // namespace agent::metrics
