// Commands that print their ok before they have run (P 1.5): how long nothing is asked behind them.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

/// How long it takes until the agent asks something.
Time time_to_query(Rig& r) {
  const Time from = r.now;
  CHECK(!next_injected(r, 60s).empty());
  return r.now - from;
}

}  // namespace

TEST_CASE("P1.5: nothing is asked for five seconds behind a command that is acknowledged early") {
  Rig r = known_rig(kPrusa39);
  exchange(r, "M603\n", "ok\n");
  const Time asked = time_to_query(r);
  CHECK(asked >= 5s);
  CHECK(asked < 5500ms);
  Rig ordinary = known_rig(kPrusa39);
  exchange(ordinary, "M604\n", "ok\n");
  CHECK(time_to_query(ordinary) < 3s);
}

TEST_CASE("P1.5: the commands that are acknowledged early are M25, M125, M601 and M603") {
  const auto [command, is_early] = GENERATE(table<std::string, bool>(
      {{"M25\n", true}, {"M125\n", true}, {"M601\n", true}, {"M603\n", true}, {"M602\n", false}}));
  INFO(command);
  Rig r = known_rig(kPrusa39);
  exchange(r, command, "ok\n");
  CHECK((r.arbiter().quiet_until == r.now + 5s) == is_early);
}

TEST_CASE("P1.5: the ok of a command sent right behind may be a duplicate: two more seconds for its own") {
  struct Row {
    Time sent, answered;  ///< the command behind M603, from the ok of M603 on
    Time asked;           ///< the first query, not before this
  };
  const Row row = GENERATE(Row{0s, 4s, 6s}, Row{999ms, 4900ms, 6900ms},  //
                           Row{1s, 4900ms, 5s},                          // it was not in the queue yet
                           Row{0s, 1s, 5s},                              // the five seconds are longer
                           Row{0s, 5s, 5s}, Row{0s, 8s, 8s});            // they were over
  INFO(row.sent.count() << ", " << row.answered.count());
  Rig r = known_rig(kPrusa39);
  exchange(r, "M603\n", "ok\n");
  r.pass(row.sent);
  r.host("G1 X1\n");
  REQUIRE(r.to_printer() == "G1 X1\n");
  r.pass(row.answered - row.sent);
  REQUIRE(r.to_printer().empty());
  says(r, "ok\n");
  const Time asked = row.answered + time_to_query(r);
  CHECK(asked >= row.asked);
  CHECK(asked < row.asked + 500ms);
}

TEST_CASE("P1.5: a query may go out at the instant at which the five seconds are over") {
  Rig r = known_rig(kPrusa39);
  exchange(r, "M603\n", "ok\n");
  r.pass(4s);
  for (const Time before : {250ms, 0ms}) {
    CHECK(r.to_printer().empty());
    r.now = r.arbiter().quiet_until - before;
    r.relay().tick(r.now);
  }
  CHECK(r.to_printer() == "M105\n");
}
