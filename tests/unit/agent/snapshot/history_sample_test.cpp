
#include <catch2/catch.hpp>
#include <cmath>

#include "agent/snapshot/published_snapshots.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

using namespace std::chrono_literals;

TEST_CASE("a sample has the fresh values only") {
  auto link = sample::printing_mk3s();
  auto& bed = link.printer.temperatures[gcode::reply::Sensor::kBed];
  bed.actual.at -= 1min;
  const auto taken = agent::snapshot::sample_of(link);
  REQUIRE(taken);
  CHECK(taken->unix_seconds == 1'700'005'000);
  CHECK(taken->sensors[0].actual == Approx(215.1));
  CHECK(taken->sensors[0].target == Approx(215));
  CHECK(std::isnan(taken->sensors[static_cast<std::size_t>(gcode::reply::Sensor::kBed)].actual));
  CHECK(std::isnan(taken->sensors[static_cast<std::size_t>(gcode::reply::Sensor::kChamber)].actual));
}

TEST_CASE("a printer that does not answer leaves a gap") {
  auto link = sample::printing_mk3s();
  link.serial_open = false;
  CHECK_FALSE(agent::snapshot::sample_of(link));
  link.serial_open = true;
  link.taken_at += 10min;
  CHECK_FALSE(agent::snapshot::sample_of(link));
}

TEST_CASE("published snapshots are sampled, and the samples of a removed printer are removed") {
  agent::snapshot::PublishedSnapshots snapshots;
  for (int second = 0; second <= 30; ++second)
    snapshots.publish(sample::printing_mk3s("mk3", sample::kSampleNow + second * 1s));
  CHECK(snapshots.history().samples("mk3", 0, 2'000'000'000).size() == 4);
  snapshots.remove("mk3");
  CHECK(snapshots.history().samples("mk3", 0, 2'000'000'000).empty());
}
