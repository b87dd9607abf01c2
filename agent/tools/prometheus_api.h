// Parses the answers of Prometheus's HTTP API: the result of a query, or the server's error text. No I/O. Wire example:
// {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"printer":"mk3"},
//   "values":[[1700000000,"215.1"]]}]}}
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/tools/http_client.h"
#include "agent/tools/series_table.h"

namespace agent::tools {

struct Sample {
  Ms at{};
  double value = 0;
};

struct SampledSeries {
  Labels labels;
  std::vector<Sample> samples;
};

struct QueryAnswer {
  std::vector<SampledSeries> series;
  std::vector<std::string> warnings;  ///< of the server, and about parts of its answer that are not single values
};

/// Parses a vector, a matrix or a scalar. Throws Failure (kServer) with the server's error text.
[[nodiscard]] QueryAnswer query_answer(const HttpAnswer& answer);

/// The shortest scrape interval of /api/v1/targets: of the pool "marlin" if it exists, otherwise of all. Nothing if the
/// answer does not contain it.
[[nodiscard]] std::optional<Ms> scrape_interval(const HttpAnswer& answer);

/// "215.1", "NaN", "+Inf".
[[nodiscard]] std::optional<double> parse_value(std::string_view text);

}  // namespace agent::tools
