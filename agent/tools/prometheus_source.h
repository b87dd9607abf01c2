// An export's values out of a Prometheus, over its HTTP API: queries over a grid in pieces that it accepts,
// the marks of what happened meanwhile, and where a print begins and ends.
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
  /// `base`: its URL, with the path that a proxy may have put before it. `notes`: for its warnings. Nothing
  /// is owned.
  PrometheusSource(HttpClient& client, std::string base, std::ostream& notes)
      : client_(client), base_(std::move(base)), notes_(notes) {}

  /// How often it scrapes; 15 s where it does not say.
  [[nodiscard]] Ms scrape_interval();
  /// The columns of all asks, in their order; those of one ask by their labels.
  [[nodiscard]] std::vector<Series> series(const std::vector<Ask>& asks, const Grid& grid, ProgressLine& progress);
  /// Changes of state, waits for somebody at the printer, and bursts of resends.
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
