#include "agent/history_sample.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/agent/sample_printer.h"

using namespace std::chrono_literals;

TEST_CASE("a sample has what is fresh, and nothing else") {
  auto link = sample::printing_mk3s();
  auto& bed = link.printer.temperatures[gcode::Sensor::kBed];
  bed.actual.at -= 1min;
  const auto taken = agent::sample_of(link);
  REQUIRE(taken);
  CHECK(taken->unix_seconds == 1'700'005'000);
  CHECK(taken->sensors[0].actual == Approx(215.1));
  CHECK(taken->sensors[0].target == Approx(215));
  CHECK(std::isnan(taken->sensors[static_cast<std::size_t>(gcode::Sensor::kBed)].actual));
  CHECK(std::isnan(taken->sensors[static_cast<std::size_t>(gcode::Sensor::kChamber)].actual));
}

TEST_CASE("a printer that does not answer leaves a gap") {
  auto link = sample::printing_mk3s();
  link.serial_open = false;
  CHECK_FALSE(agent::sample_of(link));
  link.serial_open = true;
  link.taken_at += 10min;
  CHECK_FALSE(agent::sample_of(link));
}

TEST_CASE("what is published on the board is sampled, and a printer that leaves takes its samples along") {
  agent::SnapshotBoard board;
  for (int second = 0; second <= 30; ++second)
    board.publish(sample::printing_mk3s("mk3", sample::kSampleNow + second * 1s));
  CHECK(board.history().samples("mk3", 0, 2'000'000'000).size() == 4);
  board.remove("mk3");
  CHECK(board.history().samples("mk3", 0, 2'000'000'000).empty());
}
