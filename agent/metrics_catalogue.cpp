#include "agent/metrics_catalogue.h"

#include <map>

#include "agent/metrics.h"
#include "agent/openmetrics.h"

namespace agent {
namespace {

std::size_t series_of(const prometheus::MetricFamily& family) {
  constexpr std::size_t kSumAndCount = 2;
  std::size_t count = 0;
  for (const auto& metric : family.metric) {
    count += family.type == prometheus::MetricType::Histogram ? metric.histogram.bucket.size() + kSumAndCount : 1;
  }
  return count;
}

template <class Source>
CatalogueEntry entry_of(const FamilyRow<Source>& row, bool of_a_printer,
                        const std::map<std::string, std::size_t, std::less<>>& series) {
  CatalogueEntry entry{
      .name = row.name, .type = word_of(row.type), .unit = unit_of(row.name), .help = row.help, .labels = {}};
  if (of_a_printer) entry.labels.push_back("printer");
  for (const auto label : row.labels) {
    if (!label.empty()) entry.labels.push_back(label);
  }
  const auto it = series.find(row.name);
  if (it != series.end()) entry.series = it->second;
  return entry;
}

}  // namespace

std::vector<CatalogueEntry> catalogue(const MetricsCollector& metrics) {
  std::map<std::string, std::size_t, std::less<>> series;
  for (const auto& family : metrics.Collect()) series[family.name] = series_of(family);
  std::vector<CatalogueEntry> entries;
  for (const auto& row : agent_families()) entries.push_back(entry_of(row, false, series));
  for (const auto& row : printer_families()) entries.push_back(entry_of(row, true, series));
  return entries;
}

}  // namespace agent
