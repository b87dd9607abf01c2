#include "agent/metrics/metrics.h"

#include <map>

#include "agent/metrics/metrics_families.h"
#include "agent/metrics/openmetrics.h"
#include "agent/text/text_table.h"

namespace agent::metrics {
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
CatalogueEntry entry_of(const FamilyRow<Source>& row, bool of_a_printer) {
  CatalogueEntry entry{
      .name = row.name, .type = word_of(row.type), .unit = unit_of(row.name), .help = row.help, .labels = {}};
  if (of_a_printer) entry.labels.push_back("printer");
  for (const auto label : row.labels) {
    if (!label.empty()) entry.labels.push_back(label);
  }
  return entry;
}

constexpr std::string_view kHead = R"(# Metrics of marlin-agent

Every family that `/metrics` can export. A counter is exported from the start, with 0. A gauge is exported only while its
value is known: unknown is absent, never 0. Families of a printer have the label `printer`, its configured name.
Counters marked *lasting* are older than the agent's process: those of the agent's history are kept over restarts, those
of the printer itself may return to 0 when it is reset to its factory settings.

Clients that ask for `application/openmetrics-text` (Prometheus does) get the units and the time when each counter was
created (`_created`): the start of the process, and for those of the history the begin of the printer's first print. Those of
the printer itself (`marlin_lifetime_*`) have none: it does not report since when it counts, and with the time at which the agent
saw it first, everything before would count as of that moment. The names of the samples are the same in both formats.
)";

template <class Source>
void add_table(std::string& page, std::string_view title, std::span<const FamilyRow<Source>> rows, bool of_printer) {
  page += "\n## " + std::string(title) + "\n\n| name | type | unit | labels | meaning |\n|---|---|---|---|---|\n";
  for (const auto& row : rows) {
    const CatalogueEntry entry = entry_of(row, of_printer);
    std::string labels;
    for (const auto label : entry.labels) labels += (labels.empty() ? "`" : ", `") + std::string(label) + '`';
    page += "| `" + std::string(row.name) + "` | " + std::string(word_of(row.type)) +
            (row.counted != Counted::kByProcess ? ", lasting" : "") + " | " + std::string(unit_of(row.name)) + " | " +
            labels + " | " + text::markdown_cell(row.help) + " |\n";
  }
}

}  // namespace

std::vector<CatalogueEntry> catalogue(const MetricsCollector& metrics) {
  std::map<std::string, std::size_t> series;
  for (const auto& family : metrics.Collect()) series[family.name] = series_of(family);
  std::vector<CatalogueEntry> entries;
  for (const auto& row : agent_families()) entries.push_back(entry_of(row, false));
  for (const auto& row : printer_families()) entries.push_back(entry_of(row, true));
  for (CatalogueEntry& entry : entries) entry.series = series[std::string(entry.name)];
  return entries;
}

std::string metrics_reference() {
  std::string page(kHead);
  add_table(page, "The agent", agent_families(), false);
  add_table(page, "Each printer", printer_families(), true);
  return page;
}

}  // namespace agent::metrics
