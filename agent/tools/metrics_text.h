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
  std::size_t cardinality = 0;  ///< series: a histogram's buckets, sum and count each count as a series
};

/// In the page's order.
[[nodiscard]] std::vector<FamilyRow> rows_of(const Exposition& page);
/// Sorted by name among equals.
void sort_rows(std::vector<FamilyRow>& rows, FamilyOrder order, bool reverse);

/// `columns`: width of the terminal, where help is truncated. 0: no truncation.
void write_families(std::ostream& out, const std::vector<FamilyRow>& rows, MetricsFormat format, std::size_t columns);
void write_series(std::ostream& out, const std::vector<ExpositionSample>& samples, MetricsFormat format,
                  std::size_t columns);

}  // namespace agent::tools
