// Families and series of a page as text: a table for people, Markdown, JSON and CSV. Pure.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "agent/tools/exposition.h"

namespace agent::tools {

enum class FamilyOrder { kName, kType, kUnit, kCardinality, kHelp };
enum class MetricsFormat { kTable, kMarkdown, kJson, kCsv };

struct FamilyRow {
  std::string name, type, unit, help;
  std::size_t cardinality = 0;  ///< series: a histogram's buckets, sum and count are series of their own
};

/// In the page's order.
[[nodiscard]] std::vector<FamilyRow> rows_of(const Exposition& page);
/// By name where nothing else decides.
void sort_rows(std::vector<FamilyRow>& rows, FamilyOrder order, bool reverse);

/// `columns`: what the terminal has; help is cut there. 0: nothing is cut.
void write_families(std::ostream& out, const std::vector<FamilyRow>& rows, MetricsFormat format, std::size_t columns);
void write_series(std::ostream& out, const std::vector<ExpositionSample>& samples, MetricsFormat format,
                  std::size_t columns);

}  // namespace agent::tools
