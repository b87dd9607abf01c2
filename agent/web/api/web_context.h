// The input of the pages, and the error of a page that has no answer.
#pragma once

#include <string>

#include "agent/metrics/metrics.h"
#include "agent/snapshot/link_quality.h"
#include "agent/snapshot/published_snapshots.h"
#include "agent/snapshot/web_counters.h"

namespace agent::web::api {

/// The input of the pages. All of it outlives the routes.
struct WebContext {
  const process::BuildInfo& build;
  const snapshot::PublishedSnapshots& snapshots;
  const metrics::MetricsCollector& metrics;
  snapshot::WebCounters& counters;
  std::string telemetry_path;
  const snapshot::PublishedLinkQuality& quality;
};

/// Why there is no answer, for the client.
struct WebFault {
  unsigned status = 400;
  std::string sentence;
};

}  // namespace agent::web::api
