// The table of metric families: the one place that names them. A row says name, type, labels and HELP and how the series
// are taken from a source; a new metric is one row (and a test that names it, see tests/unit/agent/metrics/families.txt).
// Knows no thread and no clock: the sources carry everything.
#pragma once

#include <span>
#include <string>

#include <prometheus/metric_type.h>

#include "agent/metrics/metrics_series.h"
#include "agent/metrics/metrics_source.h"

namespace agent::metrics {

template <class Source>
struct FamilyRow {
  std::string_view name;
  prometheus::MetricType type = prometheus::MetricType::Gauge;
  LabelNames labels;      ///< besides `printer`, which every family of a printer has
  std::string_view help;  ///< without line breaks or backslashes: the serializer does not escape it
  void (*collect)(const Source& source, SeriesWriter& out) = nullptr;
  bool lifelong = false;  ///< a counter that is older than the agent's process: nobody knows since when it counts
};

[[nodiscard]] std::span<const FamilyRow<AgentSource>> agent_families();
[[nodiscard]] std::span<const FamilyRow<PrinterSource>> printer_families();

}  // namespace agent::metrics
