// Reads a page of metrics: text format 0.0.4 and OpenMetrics 1.0, with timestamps and exemplars. Children of
// histograms, summaries, counters and infos belong to their family. Strict like Prometheus: one wrong line
// invalidates the page. Wire example: marlin_ok_latency_seconds_bucket{kind="motion",le="0.1"} 17 #
// {trace="a"} 0.07 1700000000.0
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/http_client.h"
#include "agent/tools/series_table.h"

namespace agent::tools {

/// 16 MB: twelve times the page of 50 printers.
inline constexpr std::size_t kLargestPage = std::size_t{16} << 20;
inline constexpr std::string_view kLargestPageAdvice = "this is no page of metrics";

struct ExpositionSample {
  std::string name;        ///< as written: with "_bucket" or "_total"
  Labels labels;           ///< without "__name__"
  double value = 0;        ///< may be NaN or an infinity
  std::string value_text;  ///< as written
  std::string timestamp;   ///< as written; empty: none
  std::string exemplar;    ///< the part after " # "; empty: none
};

struct ExpositionFamily {
  std::string name;              ///< from its TYPE line or its samples
  std::string type = "untyped";  ///< also for OpenMetrics's "unknown"
  std::string unit;              ///< from UNIT line or name; empty: none
  std::string help;              ///< unescaped; empty: none, or an empty one
  std::vector<ExpositionSample> samples;
};

struct Exposition {
  bool is_openmetrics = false;
  std::vector<ExpositionFamily> families;  ///< in order; includes families without samples
};

/// The page is OpenMetrics if it ends with "# EOF". Throws Failure (kServer): "line 12: expected a value, found ...".
[[nodiscard]] Exposition parse_exposition(std::string_view text);

/// "marlin_resends_total" for the OpenMetrics family "marlin_resends": its name in 0.0.4 and Prometheus.
[[nodiscard]] std::string stored_name(const ExpositionFamily& family, bool is_openmetrics);

// A page from a server, a file or standard input, compressed with gzip or not: exposition_source.cpp.

/// `source`: URL, file or "-". Throws Failure (kServer) with a sentence.
[[nodiscard]] std::string read_page(const std::string& source, HttpClient& client, std::istream& in);

/// The text, decompressed if it begins with gzip's magic number. Throws Failure (kServer).
[[nodiscard]] std::string unpacked(std::string text);

}  // namespace agent::tools
