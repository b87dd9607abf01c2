// The routes of the web server over snapshots that a test fills.
#pragma once

#include <string>

#include "agent/snapshot/published_snapshots.h"
#include "agent/web/api/web_routes.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

namespace test {

struct RouteBench {
  agent::snapshot::PublishedSnapshots snapshots;
  agent::log::LogCounters log;
  agent::snapshot::WebCounters web;
  agent::snapshot::PublishedLinkQuality quality;
  agent::process::BuildInfo build{"0.1.0", "abc1234", "gcc-12.2.0"};
  agent::metrics::MetricsCollector metrics{build, snapshots, log, web, [] { return sample::kSampleNow; }};
  agent::web::api::WebRoutes routes{{build, snapshots, metrics, web, "/metrics", quality}};

  agent::web::http::WebResponse get(const std::string& path, const std::string& query = "", bool gzip = false) {
    agent::web::http::WebRequest request;
    request.path = path;
    request.query = query;
    request.accepts_gzip = gzip;
    return routes.answer(request);
  }
};

}  // namespace test
