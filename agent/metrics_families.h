// The table of metric families: the one place that names them. A row says name, type, labels and HELP and how the series
// are taken from a source; a new metric is one row (and a test that names it, see tests/agent/families.txt).
// Knows no thread and no clock: the sources carry everything.
#pragma once

#include <span>
#include <string>

#include <prometheus/metric_type.h>

#include "agent/build_info.h"
#include "agent/log_counters.h"
#include "agent/metrics_readings.h"
#include "agent/metrics_series.h"
#include "agent/process_stats.h"
#include "agent/snapshot.h"
#include "agent/store_counters.h"
#include "agent/web_counters.h"

namespace agent {

/// What the agent's own families are taken from.
struct AgentSource {
  const BuildInfo& build;
  const ProcessStats& process;
  const AgentSnapshot& snapshot;
  const LogCounters& log;
  const WebCounters& web;
  const StoreCounters& store;
};

/// What one printer's families are taken from.
struct PrinterSource {
  const LinkSnapshot& link;
  std::string name;   ///< cleaned, the `printer` label
  gcode::Time now{};  ///< the instant of the scrape on the snapshot's clock, never before link.taken_at
  bool up = false;    ///< the device is open and the printer answered within its window
  gcode::State state = gcode::State::kOffline;
  Readings readings;          ///< none while it is not up
  JobTotals totals;           ///< of all prints in the history
  std::int64_t print_id = 0;  ///< of the job that runs; 0: none
};
/// Works `up` and `state` out as they are at `now`.
[[nodiscard]] PrinterSource printer_source(const LinkSnapshot& link, gcode::Time now);

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

}  // namespace agent
