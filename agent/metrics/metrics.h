// Collects every metric family from the snapshots that the I/O thread published last. Never waits for that thread. The
// age of a value is computed from the collector's clock, so a stalled I/O thread does not freeze a value.
// Example output: marlin_up{printer="mk3"} 1
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <vector>

#include <prometheus/metric_family.h>

#include "agent/metrics/metrics_families.h"
#include "agent/process/clock.h"
#include "agent/snapshot/published_snapshots.h"

namespace agent::metrics {

/// Reads the clock that LinkSnapshot::taken_at uses.
using MonotonicClock = std::function<gcode::line::Time()>;

class MetricsCollector {
 public:
  /// Everything referred to outlives the collector.
  MetricsCollector(process::BuildInfo build, const snapshot::PublishedSnapshots& snapshots, const log::LogCounters& log,
                   const snapshot::WebCounters& web, MonotonicClock now = process::monotonic_now);

  /// Every family that has a series now, in the order of the tables. One thread at a time.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const;

  /// The instant of the values on a page rendered now.
  [[nodiscard]] gcode::line::Time now() const { return now_(); }

  /// The same in text format 0.0.4, one family at a time, so that a page of 50 printers needs the memory of one family.
  void render(std::ostream& out) const;
  /// The same as OpenMetrics.
  void render_openmetrics(std::ostream& out) const;

 private:
  template <class Consumer>
  void for_each_family(Consumer&& consume) const;
  [[nodiscard]] process::ProcessStats process_stats() const;

  process::BuildInfo build_;
  const snapshot::PublishedSnapshots& snapshots_;
  const log::LogCounters& log_;
  const snapshot::WebCounters& web_;
  MonotonicClock now_;
  /// First reading of the start time. A later reading differs by microseconds, which would appear as a restart.
  mutable std::atomic<double> start_unix_seconds_{0};
};

// All metric families as values and as the reference page, made from the tables, so that they cannot differ from what is
// exported: metrics_catalogue.cpp. A test compares packaging/doc/metrics.md with the page.

struct CatalogueEntry {
  std::string_view name, type, unit, help;  ///< unit: "seconds"; empty: none
  std::vector<std::string_view> labels;
  std::size_t series = 0;  ///< current; a histogram's buckets, sum and count each count as a series
};

/// In the order of the tables, including families without a series.
[[nodiscard]] std::vector<CatalogueEntry> catalogue(const MetricsCollector& metrics);

/// The reference page in Markdown. Needs no printer and no clock.
[[nodiscard]] std::string metrics_reference();

}  // namespace agent::metrics
