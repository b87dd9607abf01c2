#include "gcode/planner/planner.h"

#include <array>
#include <catch2/catch.hpp>
#include <type_traits>

namespace {

using namespace std::chrono_literals;
using gcode::line::Time;
using gcode::planner::Ok;
using gcode::planner::Planner;

static_assert(std::is_trivially_copyable_v<Planner>);
static_assert(sizeof(Planner) < 16 * 1024);

/// A host that sends a line and waits for its ok.
struct Rig {
  Planner planner;
  const gcode::dialect::Dialect* dialect = gcode::dialect::find_dialect("marlin-2.1");
  Time now = 1000s;
  std::int64_t number = 0;
  std::optional<Time> dry;
  double millimetres = 5;

  /// At 50 mm/s: 5 mm last about 0.1 s.
  void move(Time answer = 3ms, std::int32_t free = -1, bool is_known = true) {
    ++number;
    planner.sent(number, {{millimetres, 0, 0, millimetres / 25}, 0, 50, is_known}, *dialect);
    ok(Ok::Of::kMove, answer, free);
  }
  /// So many with quick oks. For how long it was empty, if one of them told.
  std::optional<Time> quick_moves(int count) {
    std::optional<Time> told;
    for (; count > 0; --count) {
      move();
      if (dry) told = dry;
    }
    return told;
  }
  /// Until the planner is full for certain.
  void fill(Time each = 100ms) {
    (void)quick_moves(14);
    for (int i = 0; i < 10; ++i) move(each);
  }
  void ok(Ok::Of of, Time answer = 3ms, std::int32_t free = -1) {
    const Time sent = now;
    now += answer;
    using Ran = gcode::planner::Verdict::Ran;
    const auto verdict = planner.acknowledged({of, number, free, sent, now}, *dialect);
    dry.reset();
    if (verdict.ran == Ran::kDry || verdict.ran == Ran::kWasDry) dry = verdict.dry;
  }
};

TEST_CASE("a move's ok means that it is in the planner, and it lasts as long as it takes") {
  Rig rig;
  for (int i = 0; i < 8; ++i) rig.move();
  CHECK(rig.planner.blocks() == 8);
  CHECK(rig.planner.buffered() > 700ms);
  CHECK(rig.planner.buffered() < 1s);
  rig.now += 400ms;
  rig.ok(Ok::Of::kOther);
  CHECK(rig.planner.blocks() <= 5);
  CHECK(rig.planner.blocks() >= 3);
}

TEST_CASE("a late ok says that the planner was full and that its oldest block has just ended") {
  Rig rig;
  for (int i = 0; i < 14; ++i) rig.move();
  for (int i = 0; i < 20; ++i) rig.move(100ms);
  CHECK(rig.planner.blocks() == 15);
}

TEST_CASE("durations are corrected by what the late oks measure") {
  Rig slow, fast;
  for (int i = 0; i < 14; ++i) slow.move(), fast.move();
  for (int i = 0; i < 60; ++i) slow.move(150ms), fast.move(75ms);
  CHECK(slow.planner.buffered() > 1900ms);
  CHECK(fast.planner.buffered() < 1300ms);
}

TEST_CASE("moves that are far slower than computed are learnt from the late oks") {
  Rig rig;
  for (int i = 0; i < 14; ++i) rig.move();
  for (int i = 0; i < 100; ++i) rig.move(800ms);
  CHECK(rig.planner.buffered() > 9s);
  rig.now += 5s;
  rig.move();
  CHECK_FALSE(rig.dry);
}

TEST_CASE("a host that sends more than a full planner holds shows that moves are shorter than computed") {
  Rig rig;
  for (int i = 0; i < 400; ++i) rig.move(2ms);
  CHECK(rig.planner.buffered() < 200ms);
  rig.now += 1s;
  rig.move();
  REQUIRE(rig.dry);
  CHECK(*rig.dry > 800ms);
}

TEST_CASE("a delay that proves to have emptied the planner counts from when it was empty") {
  Rig rig;
  rig.fill();
  rig.move(6s);
  const auto dry = rig.quick_moves(8);
  REQUIRE(dry);
  CHECK(*dry > 4s);
  CHECK(*dry < 5s);
}

TEST_CASE("a delay longer than all blocks last is told by the fourth block, or never") {
  Rig dry, full, slow;
  for (Rig* rig : {&dry, &full, &slow}) {
    rig->fill();
    rig->move(3s);
    CHECK_FALSE(rig->dry);
  }
  CHECK_FALSE(dry.quick_moves(2));
  const auto told = dry.quick_moves(2);
  REQUIRE(told);
  CHECK(*told > 1300ms);
  CHECK(*told < 1800ms);
  CHECK(dry.planner.blocks() <= 5);
  dry.now += 3s;  // behind four blocks only
  dry.move();
  CHECK_FALSE(dry.dry);
  CHECK_FALSE(dry.quick_moves(12));
  // The planner was full of longer moves than computed.
  for (int i = 0; i < 6; ++i) {
    full.move(300ms);
    CHECK_FALSE(full.dry);
  }
  CHECK(full.planner.blocks() == 15);
  for (int i = 0; i < 6; ++i) {
    slow.move(16ms);
    CHECK_FALSE(slow.dry);
  }
  CHECK(slow.planner.blocks() >= 13);
}

TEST_CASE(
    "a delay longer than a planner of short blocks lasts may be of a dry one, though a single block can take so long") {
  Rig rig;
  rig.millimetres = 1;
  rig.fill(20ms);
  REQUIRE(rig.planner.buffered() < 350ms);
  rig.move(500ms);
  const auto told = rig.quick_moves(4);
  REQUIRE(told);
  CHECK(*told < 350ms);
}

TEST_CASE("a planner that runs empty again before the proof was empty before, too, if the host has not paused") {
  Rig rig, paused;
  for (Rig* each : {&rig, &paused}) {
    each->fill();
    each->move(3s);
  }
  rig.now += 3s;
  rig.move();
  REQUIRE(rig.dry);
  CHECK(*rig.dry < 1800ms);
  CHECK_FALSE(rig.quick_moves(10));
  paused.now += 15s;
  paused.move();
  REQUIRE(paused.dry);
  CHECK(*paused.dry > 10s);
}

TEST_CASE("nothing is told until a move of unknown length is gone, and it explains a late ok behind it") {
  Rig rig;
  rig.move(3ms, -1, false);
  CHECK_FALSE(rig.quick_moves(10));
  rig.now += 3s;
  rig.move();
  CHECK_FALSE(rig.dry);
  CHECK_FALSE(rig.quick_moves(9));
  rig.now += 3s;
  rig.move();
  CHECK(rig.dry);
  Rig full;
  full.move(3ms, -1, false);
  (void)full.quick_moves(13);
  full.move(4s);
  CHECK_FALSE(full.dry);
  CHECK(full.planner.blocks() == 15);
  CHECK_FALSE(full.quick_moves(1));
}

TEST_CASE("one odd measurement changes the durations little, a second one like it more") {
  Rig rig;
  rig.fill();
  const Time before = rig.planner.buffered();
  rig.move(700ms);
  const Time once = rig.planner.buffered();
  CHECK(once < before * 104 / 100);
  rig.move(700ms);
  CHECK(rig.planner.buffered() > once * 106 / 100);
}

TEST_CASE("a full planner that takes a block has ended one") {
  Rig rig;
  rig.fill();
  rig.move();
  CHECK(rig.planner.blocks() == 15);
}

TEST_CASE("an empty planner is told from 10 ms on") {
  for (const bool long_enough : {false, true}) {
    Rig rig;
    CHECK_FALSE(rig.quick_moves(8));
    for (; rig.planner.blocks() > 0; rig.now += 1ms) rig.ok(Ok::Of::kOther, 0ms);
    rig.now += long_enough ? 8ms : 3ms;
    rig.move();
    CHECK(rig.dry.has_value() == long_enough);
  }
}

TEST_CASE("moves in one direction are one ramp up, one way at full speed and one ramp down") {
  Rig rig;
  for (const char* line : {"M201 X500 Y500 E5000", "M204 P500 T500", "M203 X200 E200"})
    rig.planner.setting(gcode::command::parse_command(line));
  // 50 mm at 100 mm/s, 500 mm/s^2: 0.2 s and 10 mm for each ramp, 0.3 s between them. The first waits for the third.
  for (int i = 0; i < 10; ++i) {
    rig.planner.sent(++rig.number, {{5, 0, 0, 0.1}, 0, 100}, *rig.dialect);
    rig.ok(Ok::Of::kMove, 0ms);
  }
  const Time began = rig.now;
  for (; rig.planner.blocks() > 0; rig.now += 1ms) rig.ok(Ok::Of::kOther, 0ms);
  CHECK(rig.now - began > 695ms);
  CHECK(rig.now - began < 710ms);
}

TEST_CASE("coarse steps make corners fast") {
  Rig fine, coarse;
  coarse.planner.setting(gcode::command::parse_command("M92 X5 Y5 Z50 E10"));
  for (Rig* rig : {&fine, &coarse}) {
    for (int i = 0; i < 12; ++i) {
      rig->planner.sent(++rig->number, {{i % 2 == 0 ? 2.0 : -2.0, 0, 0, 0.1}, 0, 24}, *rig->dialect);
      rig->ok(Ok::Of::kMove);
    }
    for (int i = 0; i < 9; ++i) {
      rig->now += 85ms;
      rig->ok(Ok::Of::kOther, 0ms);
    }
  }
  CHECK(coarse.planner.blocks() < fine.planner.blocks());
}

TEST_CASE("a host that pauses for longer than the planner lasts lets it run dry") {
  Rig rig;
  for (int i = 0; i < 10; ++i) rig.move();
  rig.now += 3s;
  rig.move();
  REQUIRE(rig.dry);
  CHECK(*rig.dry > 1500ms);
  CHECK(*rig.dry < 2500ms);
  rig.move();
  CHECK_FALSE(rig.dry);
}

TEST_CASE("a pause within the planner's time is no underrun, nor one behind a few blocks") {
  Rig rig;
  for (int i = 0; i < 14; ++i) rig.move();
  rig.now += 700ms;
  rig.move();
  CHECK_FALSE(rig.dry);
  rig.ok(Ok::Of::kWaiting, 1s);
  for (int i = 0; i < 4; ++i) rig.move();
  rig.now += 3s;
  rig.move();
  CHECK_FALSE(rig.dry);
}

TEST_CASE("a command that waits for the moves empties the planner rightly") {
  Rig rig;
  for (int i = 0; i < 10; ++i) rig.move();
  rig.ok(Ok::Of::kWaiting, 900ms);
  CHECK(rig.planner.blocks() == 0);
  rig.now += 5s;
  rig.move();
  CHECK_FALSE(rig.dry);
}

TEST_CASE("ADVANCED_OK says how many blocks are free, and how many there are") {
  Rig rig;
  rig.ok(Ok::Of::kOther, 3ms, 7);  // a small planner at rest
  rig.move(3ms, 6);
  CHECK(rig.planner.blocks() == 1);
  rig.move(3ms, 0);
  CHECK(rig.planner.blocks() == 7);
  rig.move(3ms, 6);
  CHECK(rig.dry);
}

TEST_CASE("a line of an unknown number, and one that the printer sends twice, change nothing much") {
  Rig rig;
  rig.move();
  rig.number = 900;
  rig.ok(Ok::Of::kMove);
  CHECK(rig.planner.blocks() == 1);
  rig.planner.printer_restarted();
  CHECK(rig.planner.blocks() == 0);
}

TEST_CASE("odd moves and odd oks stay within bounds") {
  Rig rig;
  const std::array<double, 4> ways[]{
      {0, 0, 0, 0}, {10'000, 0, 0, 0}, {0, 0, 0, -10'000}, {1e-9, 0, 0, 0}, {5, 0, 0, 1}};
  for (const char* line : {"M221 S1000000", "M220 S1000000", "M92 E1000000", "M203 X.001"})
    rig.planner.setting(gcode::command::parse_command(line));
  for (int i = 0; i < 2000; ++i) {
    gcode::printer::Move move{ways[i % 5], i % 7 == 0 ? 1e4 : 0, i % 3 == 0 ? 1e-12 : 1e9};
    rig.planner.sent(++rig.number, move, *rig.dialect);
    rig.ok(static_cast<Ok::Of>(i % 4), i % 11 == 0 ? Time(20s) : Time(2ms), i % 13 < 5 ? i % 40 - 1 : -1);
    REQUIRE(rig.planner.blocks() <= 32);
    REQUIRE(rig.planner.buffered() >= 0s);
  }
}

TEST_CASE("an arc of more pieces than the planner holds fills it") {
  Rig rig;
  gcode::printer::Move arc{{20, 0, 0, 1}, 40, 50};
  rig.planner.sent(++rig.number, arc, *rig.dialect);
  rig.ok(Ok::Of::kMove, 500ms);
  CHECK(rig.planner.blocks() >= 13);
  CHECK(rig.planner.blocks() <= 15);
}

}  // namespace
