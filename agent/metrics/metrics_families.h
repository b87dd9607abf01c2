// The tables of metric families, of the agent (agent_families.cpp) and of a printer: the only place that names them. A row has name, type, labels, HELP and the function
// that takes the series from a source. A new metric is one row (and a line in tests/unit/agent/metrics/families.txt).
// Knows no thread and no clock: the sources contain everything.
#pragma once

#include <cstdint>
#include <span>

#include <prometheus/metric_type.h>

#include "agent/metrics/metrics_series.h"
#include "agent/metrics/metrics_source.h"

namespace agent::metrics {

/// Since when a counter counts; the creation time of its series.
enum class Counted : std::uint8_t {
  kByProcess,  ///< from 0 at the start of the agent's process
  kByHistory,  ///< from 0 before the printer's first print in the agent's history; kept over restarts
  kByPrinter   ///< by the printer itself, which does not report since when
};

template <class Source>
struct FamilyRow {
  std::string_view name;
  prometheus::MetricType type = prometheus::MetricType::Gauge;
  LabelNames labels;      ///< in addition to `printer`, which every family of a printer has
  std::string_view help;  ///< without line breaks or backslashes: the serializer does not escape it
  void (*collect)(const Source& source, SeriesWriter& out) = nullptr;
  Counted counted = Counted::kByProcess;
};

[[nodiscard]] std::span<const FamilyRow<AgentSource>> agent_families();
[[nodiscard]] std::span<const FamilyRow<PrinterSource>> printer_families();

}  // namespace agent::metrics
