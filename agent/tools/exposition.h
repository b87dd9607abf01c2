// Reads a page of metrics: text format 0.0.4 and OpenMetrics 1.0, with timestamps and exemplars. Children of
// histograms, summaries, counters and infos belong to their family. Strict as Prometheus is: one wrong line
// and there is no page. Pure. Wire example: marlin_ok_latency_seconds_bucket{kind="motion",le="0.1"} 17 #
// {trace="a"} 0.07 1700000000.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/series_table.h"

namespace agent::tools {

struct ExpositionSample {
  std::string name;        ///< as written: with "_bucket" or "_total"
  Labels labels;           ///< without "__name__"
  double value = 0;        ///< NaN and the infinities as they are
  std::string value_text;  ///< as written
  std::string timestamp;   ///< as written; empty: none
  std::string exemplar;    ///< what stands behind " # "; empty: none
};

struct ExpositionFamily {
  std::string name;              ///< as its TYPE line says, or its samples
  std::string type = "untyped";  ///< "unknown" of OpenMetrics is untyped too
  std::string unit;              ///< by UNIT line or name; empty: none
  std::string help;              ///< unescaped; empty: none, or an empty one
  std::vector<ExpositionSample> samples;
};

struct Exposition {
  bool is_openmetrics = false;
  std::vector<ExpositionFamily> families;  ///< as they come; also those that are only described
};

/// It is OpenMetrics if it ends with "# EOF". Throws Failure (kServer): "line 12: expected a value, found
/// ...".
[[nodiscard]] Exposition parse_exposition(std::string_view text);

/// "marlin_resends_total" of the OpenMetrics family "marlin_resends": what 0.0.4 and Prometheus call it.
[[nodiscard]] std::string stored_name(const ExpositionFamily& family, bool is_openmetrics);

}  // namespace agent::tools
