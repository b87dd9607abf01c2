// `marlin-agent metrics`: its options as plain values.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "agent/tools/command_line.h"
#include "agent/tools/http_options.h"
#include "agent/tools/metrics_text.h"

namespace tools {

struct MetricsOptions {
  std::string source = "http://127.0.0.1:11520/metrics";  ///< URL, file, or "-": standard input
  HttpOptions http;
  FamilyOrder order = FamilyOrder::kName;
  bool reverse = false;
  std::string filter;  ///< extended regular expression on the name, in any case; empty: all
  std::string series;  ///< show the series of this metric; empty: the families
  MetricsFormat format = MetricsFormat::kTable;
  std::optional<double> watch_seconds;  ///< read again and again
  std::optional<std::size_t> max_cardinality;  ///< of one family
};

/// Throws Failure (kUsage).
[[nodiscard]] std::variant<MetricsOptions, Ending> parse_metrics(int argc, const char* const* argv);

}  // namespace tools
