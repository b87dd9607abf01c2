// Values for an export from Prometheus, over its HTTP API: queries over a grid, split into pieces that it accepts,
// marks of events, and begin and end of a print.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "agent/tools/http_client.h"
#include "agent/tools/presets.h"
#include "agent/tools/print_span.h"
#include "agent/tools/progress_line.h"
#include "agent/tools/prometheus_api.h"
#include "agent/tools/series_table.h"

namespace agent::tools {

class PrometheusSource {
 public:
  /// `base`: its URL, with its path behind a proxy. `notes`: receives its warnings. Nothing is owned.
  PrometheusSource(HttpClient& client, std::string base, std::ostream& notes)
      : client_(client), base_(std::move(base)), notes_(notes) {}

  /// Its scrape interval; 15 s if unknown.
  [[nodiscard]] Ms scrape_interval();
  /// The columns of all queries, in order; those of one query sorted by labels.
  [[nodiscard]] std::vector<Series> series(const std::vector<Ask>& asks, const Grid& grid, ProgressLine& progress);
  /// State changes, waits for a person at the printer, and bursts of resends.
  [[nodiscard]] std::vector<Mark> marks(const std::string& selector, const Grid& grid);
  [[nodiscard]] PrintSpan find_print(const PrintChoice& choice, Ms now);

 private:
  [[nodiscard]] QueryAnswer query(const std::string& expression, Ms at);
  [[nodiscard]] std::vector<Series> query_range(const Ask& ask, const Grid& grid, ProgressLine* progress);
  [[nodiscard]] QueryAnswer checked(const HttpAnswer& answer, const std::string& expression);
  [[nodiscard]] std::vector<PrintSpan> spans(const std::string& selector, const std::string& window, Ms now);
  void set_beginning(PrintSpan& span);

  HttpClient& client_;
  std::string base_;
  std::ostream& notes_;
};

}  // namespace agent::tools
