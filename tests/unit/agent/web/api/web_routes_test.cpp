#include "agent/web/api/web_routes.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/fixtures/exposition.h"
#include "tests/unit/agent/fixtures/gunzip.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

using agent::web::http::WebMethod;
using agent::web::http::WebRequest;

namespace {

struct Bench {
  agent::snapshot::PublishedSnapshots snapshots;
  agent::log::LogCounters log;
  agent::snapshot::WebCounters web;
  agent::snapshot::PublishedLinkQuality quality;
  agent::process::BuildInfo build{"0.1.0", "abc1234", "gcc-12.2.0"};
  agent::metrics::MetricsCollector metrics{build, snapshots, log, web, [] { return sample::kSampleNow; }};

  agent::web::api::WebRoutes routes(const std::string& telemetry_path = "/metrics") {
    return agent::web::api::WebRoutes({build, snapshots, metrics, web, telemetry_path, quality});
  }
};

WebRequest get(const std::string& path, bool gzip = false) {
  return {.method = WebMethod::kGet, .path = path, .accepts_gzip = gzip};
}

}  // namespace

TEST_CASE("the metrics are the same compressed and plain") {
  Bench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  auto routes = bench.routes();
  CHECK(routes.answer({.path = "/metrics", .accepts_openmetrics = true})
            .content()
            .find("marlin_agent_scrape_duration_seconds") == std::string::npos);
  const auto plain = routes.answer(get("/metrics"));
  const auto packed = routes.answer(get("/metrics", true));
  CHECK(plain.status == 200);
  CHECK(plain.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK_FALSE(plain.gzip);
  CHECK(packed.gzip);
  CHECK(packed.content().size() < plain.content().size() / 3);
  const auto a = exposition::parse(plain.content()), b = exposition::parse(test::gunzip(packed.content()));
  CHECK(a.helps == b.helps);
  CHECK(b.value("marlin_agent_scrape_duration_seconds"));  // of the previous scrape
}

TEST_CASE("an unknown path is not found, and the answer names the known ones") {
  Bench bench;
  for (const auto path : {"/metric", "/metrics/", "metrics", "/METRICS", "/../etc/passwd", "", "*", "//metrics"}) {
    const auto response = bench.routes().answer(get(path));
    CHECK(response.status == 404);
    CHECK(response.content() == "404 Not Found: the metrics are at /metrics\n");
  }
}

TEST_CASE("only GET and HEAD are methods, and a refused scrape counts for the metrics endpoint") {
  Bench bench;
  for (const auto path : {"/metrics", "/", "/healthz", "/x", "*"}) {
    CHECK(bench.routes().answer({.method = WebMethod::kOther, .path = path}).status == 405);
  }
  CHECK(bench.routes().answer({.method = WebMethod::kOther, .path = "/metrics"}).is_scrape);
  CHECK_FALSE(bench.routes().answer({.method = WebMethod::kOther, .path = "/"}).is_scrape);
}

TEST_CASE("the telemetry path can be any path, also that of the landing page") {
  Bench bench;
  CHECK(bench.routes("/x/y").answer(get("/x/y")).is_scrape);
  CHECK(bench.routes("/x/y").answer(get("/metrics")).status == 404);
  CHECK(bench.routes("/").answer(get("/")).is_scrape);
}

TEST_CASE("the health check answers one word") {
  Bench bench;
  CHECK(bench.routes().answer(get("/healthz")).content() == "ok\n");
}

TEST_CASE("a client that accepts OpenMetrics gets it, compressed or plain") {
  Bench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  auto routes = bench.routes();
  auto request = get("/metrics");
  request.accepts_openmetrics = true;
  const auto plain = routes.answer(request);
  CHECK(plain.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(plain.content().ends_with("# EOF\n"));
  request.accepts_gzip = true;
  CHECK(test::gunzip(routes.answer(request).content()).ends_with("# EOF\n"));
}
