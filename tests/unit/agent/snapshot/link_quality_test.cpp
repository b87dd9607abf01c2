#include "agent/snapshot/link_quality.h"

#include <array>
#include <catch2/catch.hpp>

#include "tests/unit/agent/fixtures/sample_printer.h"

using agent::snapshot::LinkQualityMeter;
using agent::snapshot::quantile;
using namespace std::chrono_literals;

namespace {

agent::snapshot::LinkSnapshot with(std::uint64_t commands, std::uint64_t oks, std::uint64_t resends) {
  auto link = sample::printing_mk3s();
  link.counters.commands = {commands, 0};
  link.counters.resends[gcode::reply::ResendReason::kChecksum] = resends;
  link.counters.starved[gcode::printer::StarvedBy::kHost] = std::chrono::milliseconds(10 * resends);
  for (std::uint64_t i = 0; i < oks; ++i) {
    link.counters.prompt_latency.observe(20ms, gcode::printer::kOkLatencyBounds);
    link.counters.passthrough[gcode::printer::Direction::kToHost].observe(200us, gcode::printer::kPassthroughBounds);
  }
  return link;
}

}  // namespace

TEST_CASE("the last minute contains what was counted in it") {
  LinkQualityMeter meter;
  CHECK_FALSE(meter.last_minute());
  for (int i = 0; i <= 20; ++i) meter.observe(with(100 * i, 50 * i, i), 10s * i);
  const auto minute = meter.last_minute();
  REQUIRE(minute);
  CHECK(minute->seconds == 60);
  CHECK(minute->commands_per_second == 10);
  CHECK(minute->resends == 6);
  CHECK(minute->starved_seconds == Approx(0.06));
  CHECK(*minute->ok_latency_mean == Approx(0.02));
  CHECK(*minute->ok_latency_p95 <= 0.025);
  CHECK(*minute->ok_latency_p95 > 0.01);
  CHECK(*minute->agent_delay_mean == Approx(0.0002));
}

TEST_CASE("a heat-up and moves that wait for the planner do not count for the link") {
  LinkQualityMeter meter;
  auto link = with(10, 5, 0);
  meter.observe(link, 0s);
  link.counters.ok_latency[gcode::printer::LatencyKind::kOther].observe(30s, gcode::printer::kOkLatencyBounds);
  link.counters.ok_latency[gcode::printer::LatencyKind::kMotion].observe(800ms, gcode::printer::kOkLatencyBounds);
  meter.observe(link, 30s);
  CHECK_FALSE(meter.last_minute()->ok_latency_p95);
  CHECK_FALSE(meter.last_minute()->ok_latency_mean);
  link.counters.prompt_latency.observe(20ms, gcode::printer::kOkLatencyBounds);
  meter.observe(link, 40s);
  CHECK(*meter.last_minute()->ok_latency_mean == Approx(0.02));
  CHECK(*meter.last_minute()->ok_latency_p95 <= 0.025);
}

TEST_CASE("a link without answers has no latency, and a new link has no past") {
  LinkQualityMeter meter;
  meter.observe(with(10, 5, 3), 0s);
  meter.observe(with(10, 5, 3), 10s);
  CHECK_FALSE(meter.last_minute()->ok_latency_p95);
  CHECK(meter.last_minute()->resends == 0);
  meter.observe(with(1, 0, 0), 20s);
  CHECK_FALSE(meter.last_minute());
}

TEST_CASE("a quantile is computed as in Prometheus") {
  constexpr std::array<double, 3> kBounds{1, 2, 4};
  CHECK(*quantile(0.5, std::array<std::uint64_t, 4>{0, 10, 0, 0}, kBounds) == 1.5);
  CHECK(*quantile(0.95, std::array<std::uint64_t, 4>{10, 10, 0, 0}, kBounds) == Approx(1.9));
  CHECK(*quantile(0.95, std::array<std::uint64_t, 4>{0, 0, 0, 3}, kBounds) == 4);
  CHECK_FALSE(quantile(0.5, std::array<std::uint64_t, 4>{}, kBounds));
}

TEST_CASE("each printer has its own minute, which is removed with it") {
  agent::snapshot::PublishedLinkQuality snapshots;
  const auto link = [](const std::string& name) {
    return std::make_shared<const agent::snapshot::LinkSnapshot>(sample::printing_mk3s(name));
  };
  snapshots.observe({link("a"), link("b")}, 100s);
  CHECK_FALSE(snapshots.last_minute("a"));
  snapshots.observe({link("a")}, 110s);
  CHECK(snapshots.last_minute("a")->seconds == 10);
  CHECK_FALSE(snapshots.last_minute("b"));
}
