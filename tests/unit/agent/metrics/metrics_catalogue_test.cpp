
#include <algorithm>
#include <catch2/catch.hpp>

#include "agent/metrics/metrics.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

TEST_CASE("the catalogue has every family of the tables, with as many series as a scrape shows") {
  agent::snapshot::PublishedSnapshots snapshots;
  snapshots.publish(sample::printing_mk3s());
  const agent::log::LogCounters log;
  const agent::snapshot::WebCounters web;
  const agent::metrics::MetricsCollector metrics({"0.1.0", "abc1234", "gcc"}, snapshots, log, web,
                                                 [] { return sample::kSampleNow; });
  const auto all = agent::metrics::catalogue(metrics);
  CHECK(all.size() == agent::metrics::agent_families().size() + agent::metrics::printer_families().size());
  const auto find = [&](std::string_view name) {
    return *std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.name == name; });
  };
  CHECK(find("marlin_temperature_celsius").series == 4);
  CHECK(find("marlin_temperature_celsius").unit == "celsius");
  CHECK(find("marlin_temperature_celsius").labels == std::vector<std::string_view>{"printer", "sensor"});
  CHECK(find("marlin_passthrough_latency_seconds").series == 2 * (10 + 2));
  CHECK(find("marlin_passthrough_latency_seconds").type == "histogram");
  CHECK(find("marlin_agent_scrape_duration_seconds").series == 0);  // no scrape yet
  CHECK(find("marlin_agent_build_info").labels.front() == "version");
}
