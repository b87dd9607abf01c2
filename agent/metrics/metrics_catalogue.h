// All metric families as values and as the reference page. Both are made from the table of metrics_families.h, so that
// they cannot differ from what is exported. A test compares packaging/doc/metrics.md with the page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent::metrics {

class MetricsCollector;

/// Name, type, unit, labels, HELP and number of series of one family.
struct CatalogueEntry {
  std::string_view name, type, unit, help;  ///< unit: "seconds"; empty: none
  std::vector<std::string_view> labels;
  std::size_t series = 0;  ///< current; a histogram's buckets, sum and count each count as a series
};

/// In the order of the tables, including families without a series.
[[nodiscard]] std::vector<CatalogueEntry> catalogue(const MetricsCollector& metrics);

/// The reference page in Markdown. Needs no printer and no clock.
[[nodiscard]] std::string metrics_reference();

}  // namespace agent::metrics
