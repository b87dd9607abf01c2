// Values for an export from the agent's memory, without Prometheus: temperatures of the last hours and the list of
// prints, from the same JSON that the page reads (packaging/doc/api.md). The value of an instant is the agent's last
// sample before it, at most 20 s old: the agent takes one every 10 s.
#pragma once

#include <string>
#include <vector>

#include "agent/tools/http_client.h"
#include "agent/tools/print_span.h"
#include "agent/tools/progress_line.h"
#include "agent/tools/series_table.h"

namespace agent::tools {

inline constexpr Ms kAgentSampleEvery{10'000};

class AgentSource {
 public:
  /// `base`: the agent's URL. Nothing is owned.
  AgentSource(HttpClient& client, std::string base) : client_(client), base_(std::move(base)) {}

  /// Labels as in Prometheus, without instance and job. `printer`: empty: all.
  [[nodiscard]] std::vector<Series> temperatures(const std::string& printer, const Grid& grid, ProgressLine& progress);
  /// Begin and end of its prints.
  [[nodiscard]] std::vector<Mark> marks(const std::string& printer, Ms now);
  [[nodiscard]] PrintSpan find_print(const PrintChoice& choice, Ms now);
  /// The answer of /api/v1/layers. `print`: the id of a print.
  [[nodiscard]] std::string layers(const std::string& print);

 private:
  [[nodiscard]] std::string body_of(const std::string& path, const Parameters& parameters);
  [[nodiscard]] std::vector<std::string> printers();
  [[nodiscard]] std::vector<PrintSpan> jobs(const std::string& printer, Ms now);

  HttpClient& client_;
  std::string base_;
};

/// One answer of /api/v1/history.
struct AgentHistory {
  Ms from{}, step{};
  struct Column {
    std::string sensor;
    bool is_target = false;
    std::vector<std::optional<double>> values;
  };
  std::vector<Column> columns;
};
/// Throws Failure (kServer) if it is not valid.
[[nodiscard]] AgentHistory parse_history(const std::string& body);
/// The jobs of /api/v1/jobs as spans. Throws Failure (kServer).
[[nodiscard]] std::vector<PrintSpan> parse_jobs(const std::string& body, Ms now);

/// Adds the values of `history` at the instants of `grid` to `whole`, one value per instant: the agent's last sample
/// whose step had ended by then, at most two steps ago.
void put_history(std::vector<std::optional<double>>& whole, const Grid& grid, const AgentHistory& history,
                 const AgentHistory::Column& column);

}  // namespace agent::tools
