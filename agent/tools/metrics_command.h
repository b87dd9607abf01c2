// `marlin-agent metrics`: its options as plain values, and its work.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <variant>

#include "agent/tools/command_line.h"
#include "agent/tools/metrics_text.h"

namespace agent::tools {

struct MetricsOptions {
  std::string source = "http://127.0.0.1:11520/metrics";  ///< URL, file, or "-": standard input
  HttpAccess http;
  FamilyOrder order = FamilyOrder::kName;
  bool reverse = false;
  std::string filter;  ///< extended regular expression on the name, case-insensitive; empty: all
  std::string series;  ///< show the series of this metric; empty: the families
  MetricsFormat format = MetricsFormat::kTable;
  std::optional<std::chrono::milliseconds> watch;  ///< read repeatedly, at this interval
  std::optional<std::size_t> max_cardinality;      ///< of one family
};

/// Throws Failure (kUsage).
[[nodiscard]] std::variant<MetricsOptions, text::EarlyExit> parse_metrics(int argc, const char* const* argv);

/// Runs the command with its command line; returns the exit status.
int metrics_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace agent::tools
