#include "agent/metrics/metrics_reference.h"

#include "agent/metrics/metrics_families.h"
#include "agent/metrics/openmetrics.h"
#include "agent/text/text_table.h"

namespace agent::metrics {
namespace {

constexpr std::string_view kHead = R"(# Metrics of marlin-agent

Every family that `/metrics` can export. A counter is exported from the start, with 0. A gauge is exported only while its
value is known: unknown is absent, never 0. Families of a printer have the label `printer`, its configured name.
Counters marked *lasting* are older than the agent's process: those of the agent's history are kept over restarts, those
of the printer itself may return to 0 when it is reset to its factory settings.

Clients that ask for `application/openmetrics-text` (Prometheus does) get the units and, for all other counters, the time
when they were created (`_created`); the names of the samples are the same in both formats.
)";

template <class Source>
void add_table(std::string& page, std::string_view title, std::span<const FamilyRow<Source>> rows, bool of_printer) {
  page += "\n## " + std::string(title) + "\n\n| name | type | unit | labels | meaning |\n|---|---|---|---|---|\n";
  for (const auto& row : rows) {
    std::string labels = of_printer ? "`printer`" : "";
    for (const auto label : row.labels) {
      if (label.empty()) continue;
      labels += (labels.empty() ? "`" : ", `") + std::string(label) + '`';
    }
    page += "| `" + std::string(row.name) + "` | " + std::string(word_of(row.type)) +
            (row.lifelong ? ", lasting" : "") + " | " + std::string(unit_of(row.name)) + " | " + labels + " | " +
            text::markdown_cell(row.help) + " |\n";
  }
}

}  // namespace

std::string metrics_reference() {
  std::string page(kHead);
  add_table(page, "The agent", agent_families(), false);
  add_table(page, "Each printer", printer_families(), true);
  return page;
}

}  // namespace agent::metrics
