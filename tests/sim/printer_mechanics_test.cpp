#include "tests/sim/printer_mechanics.h"

#include <catch2/catch.hpp>

#include "tests/sim/underrun_score.h"

using sim::Axes;
using sim::Mechanics;
using sim::Planner;
using sim::Time;
using namespace std::chrono_literals;

namespace {

const sim::FirmwareTraits& marlin() { return *sim::find_firmware("marlin-2.1.2-plain"); }

}  // namespace

TEST_CASE("mechanics: a lone move lasts as long as its trapezoid") {
  Mechanics mechanics(marlin());
  mechanics.take_acceleration(1000, 1000, 1000);
  // 100 mm/s after 5 mm and 0.1 s, and as much at the end; 90 mm between.
  const auto drive = mechanics.drive({100, 0, 0, 1}, 100, 1, 0);
  REQUIRE(drive);
  Planner planner;
  planner.add({100, 0, 0, 1}, *drive, {}, 0s);
  CHECK(planner.done_at() > 1080ms);
  CHECK(planner.done_at() < 1120ms);
}

TEST_CASE("mechanics: a straight line of short moves is not slower than one long move") {
  Mechanics mechanics(marlin());
  Planner planner;
  for (int i = 1; i <= 15; ++i) {
    const Axes to{i * 2.0, 0, 0, 0};
    planner.add(to, *mechanics.drive(to, 100, 1, 9), {}, 0s);
  }
  Planner other;
  Mechanics same(marlin());
  other.add({30, 0, 0, 0}, *same.drive({30, 0, 0, 0}, 100, 1, 9), {}, 0s);
  CHECK(planner.done_at() > 300ms);
  CHECK(planner.done_at() >= other.done_at());
  CHECK(planner.done_at() < other.done_at() + 40ms);
}

TEST_CASE("mechanics: a move of less than six steps is added to the next") {
  Mechanics mechanics(marlin());
  CHECK_FALSE(mechanics.drive({0.06, 0, 0, 0}, 50, 1, 0));
  const auto drive = mechanics.drive({0.12, 0, 0, 0}, 50, 1, 0);
  REQUIRE(drive);
  CHECK(drive->length == Approx(0.125));  // whole steps
}

TEST_CASE("mechanics: a planner that runs dry says from when to when, unless a command emptied it") {
  Mechanics mechanics(marlin());
  Planner planner;
  const auto move = [&](double x, Time now) {
    planner.add({x, 0, 0, 0}, *mechanics.drive({x, 0, 0, 0}, 50, 1, 0), {}, now);
  };
  move(10, 0s);
  const Time done = planner.done_at();
  move(20, 1s);
  auto spells = planner.take_dry_spells();
  REQUIRE(spells.size() == 1);
  CHECK(spells[0].from == done);
  CHECK(spells[0].to == 1s);
  CHECK(spells[0].blocks == 1);
  planner.empties_rightly();
  move(30, 3s);
  CHECK(planner.take_dry_spells().empty());
}

TEST_CASE("mechanics: a line that waits behind a torn answer to the agent is the agent's underrun") {
  using gcode::printer::StarvedBy;
  sim::UnderrunScore score;
  score.add(sim::run_underrun_print({1023, "prusa-3.9", "octoprint", false}));
  CHECK(score.causes[StarvedBy::kAgent][StarvedBy::kAgent] >= 2);
  CHECK(score.causes[StarvedBy::kAgent][StarvedBy::kPrinter] == 0);
}

TEST_CASE("mechanics: the relay tells each underrun where the printer says its free blocks") {
  sim::UnderrunScore score;
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    score.add(sim::run_underrun_print({seed, "marlin-2.1.2-advanced-ok", "octoprint", false}));
  CHECK(score.real > 5);
  CHECK(score.precision() > 0.95);
  CHECK(score.recall() > 0.95);
}
