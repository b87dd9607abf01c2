// Collects every metric family from the snapshots that the I/O thread published last. Never waits for that thread; what
// it last told ages by the collector's own clock, so a stalled I/O thread does not freeze a value.
// Shows as marlin_up{printer="mk3"} 1
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "agent/clock.h"
#include "agent/metrics_families.h"
#include "agent/snapshot.h"

namespace agent {

/// Reading of the clock that LinkSnapshot::taken_at is on.
using MonotonicClock = std::function<gcode::Time()>;

class MetricsCollector : public prometheus::Collectable {
 public:
  /// Everything referred to outlives the collector.
  MetricsCollector(BuildInfo build, const SnapshotBoard& board, const LogCounters& log, const WebCounters& web,
                   MonotonicClock now = monotonic_now);

  /// Every family that has a series now, in the order of the tables. For one thread at a time.
  std::vector<prometheus::MetricFamily> Collect() const override;

  /// The instant that a page made now shows.
  [[nodiscard]] gcode::Time now() const { return now_(); }

  /// The same in text format 0.0.4, one family at a time, so that a page of 50 printers needs the memory of a family.
  void render(std::ostream& out) const;
  /// The same as OpenMetrics.
  void render_openmetrics(std::ostream& out) const;

 private:
  template <class Consumer>
  void for_each_family(Consumer&& consume) const;
  [[nodiscard]] ProcessStats process_stats() const;

  BuildInfo build_;
  const SnapshotBoard& board_;
  const LogCounters& log_;
  const WebCounters& web_;
  MonotonicClock now_;
  /// First reading of the start time: a later one differs by microseconds, which would look like a restart.
  mutable std::atomic<double> start_unix_seconds_{0};
};

}  // namespace agent
