// What the pages are made of, and why one of them has no answer.
#pragma once

#include <string>

#include "agent/metrics/metrics.h"
#include "agent/snapshot/link_quality.h"
#include "agent/snapshot/snapshot_board.h"
#include "agent/snapshot/web_counters.h"

namespace agent {

/// What pages are made of. All of it outlives the routes.
struct WebContext {
  const BuildInfo& build;
  const SnapshotBoard& board;
  const MetricsCollector& metrics;
  WebCounters& counters;
  std::string telemetry_path;
  const LinkQualityBoard& quality;
};

/// Why there is no answer, for the asker.
struct WebFault {
  unsigned status = 400;
  std::string sentence;
};

}  // namespace agent
