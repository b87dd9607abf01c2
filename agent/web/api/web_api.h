// The JSON pages, for programs and for the page's script. Read-only. Described in packaging/doc/api.md.
// Wire example: "GET /api/v1/history?printer=mk3&step=60"
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "agent/metrics/metrics.h"
#include "agent/snapshot/link_quality.h"
#include "agent/snapshot/published_snapshots.h"
#include "agent/snapshot/web_counters.h"
#include "agent/web/http/web_message.h"

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

/// Why there is no answer, for the client. Thrown by the functions below.
struct WebFault {
  unsigned status = 400;
  std::string sentence;
};

[[nodiscard]] http::WebResponse printers_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse history_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse jobs_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse layers_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse incidents_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse catalogue_page(const WebContext& context, const http::WebRequest& request);

/// {"agent": {...}, "printers": [...]}
[[nodiscard]] nlohmann::json printers_json(const WebContext& context);

/// The temperatures of one printer in equal steps. `query`, not decoded: "printer=mk3&from=1700000000&step=60"
[[nodiscard]] nlohmann::json temperature_history(const WebContext& context, const std::string& query);

/// The last prints, newest first, and sums over all that match. `query`, not decoded: "printer=mk3&limit=10"
[[nodiscard]] nlohmann::json last_jobs(const WebContext& context, const std::string& query);

/// The finished layers of a host's print. `query`, not decoded: "print_id=42&after=100"
[[nodiscard]] nlohmann::json layers_of_print(const WebContext& context, const std::string& query);

/// The incidents whose files are kept, oldest first.
[[nodiscard]] nlohmann::json kept_incidents(const WebContext& context);

}  // namespace agent::web::api
