// Rule 8: `start` clears everything in flight; then the printer is identified and its reports are set up again.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("rule 8: a command that was in flight long before `start` is not awaited") {
  Rig r = known_rig(kPrusa313);
  r.host("G1 X1\nG28\n");
  REQUIRE(host_in_flight(r) == 2);
  r.pass(4s);
  r.printer("start\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.to_host() == "start\n");
}

TEST_CASE("rule 8: a `start` lost in a truncated line is detected by the reset cause after it, once") {
  Rig r = known_rig(kPrusa313);
  r.host("G1 X1\nG28\n");
  r.pass(4s);
  const std::string boot = "MMU not responding - DISABstart\n External Reset\nadc_init\n";
  r.printer(boot);
  CHECK(host_in_flight(r) == 0);
  CHECK(r.to_host() == boot);
  CHECK(r.relay().counters().resets[gcode::reply::ResetCause::kExternal] == 1);
}

TEST_CASE("rule 8: a restarted printer is identified and its reports are set up again") {
  Rig r = known_rig(kPrusa313, {});
  r.printer("start\n");
  std::string seen;
  for (int i = 0; i < 30 && count_of(seen, "M155") == 0; ++i) {
    const std::string line = next_injected(r);
    seen += line;
    r.answer(line, kPrusa313);
  }
  CHECK(seen.starts_with("M115\n"));
  CHECK(count_of(seen, "M155 S2 C7\n") == 1);
}

TEST_CASE("rule 8: the answer to a query that reached the restarted printer is withheld, and its ok too") {
  Rig r = asked_rig(kPrusa39, "M114\n", {});
  says(r, "start\n");
  r.host("M109 S60\n");
  r.to_printer();
  r.printer("X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\nok\n");
  CHECK(r.to_host().empty());
  CHECK(host_in_flight(r) == 1);
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 8: a query lost in the restart is abandoned with the boot text") {
  Rig r = asked_rig(kPrusa313, "M105\n", {});
  says(r, "start\n");
  CHECK(next_injected(r, 5s) == "M115\n");
}

TEST_CASE("rule 8: a bare ok for a query from before the restart does not acknowledge the host's command after it") {
  Rig r = asked_rig(kMarlin11, "M220\n", {});
  says(r, "start\n");
  r.host("M109 S60\n");
  r.to_printer();
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 1);
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 8: an M28 that reached the restarted printer begins an upload") {
  Rig r = known_rig(kPrusa313);
  r.host("M28 A.GCO\n");
  r.to_printer();
  r.printer("start\n");
  r.pass(2s);
  r.printer("echo:Now fresh file: A.GCO\nWriting to file: A.GCO\nok\n");
  CHECK(next_injected(r).empty());
}

TEST_CASE(
    "rule 8: a printer that goes on talking is asked after 15 seconds, and one that waits for commands before that") {
  const auto [chatter, limit] = GENERATE(table<std::string, Time>({{"wait\n", 6s},
                                                                   {"echo:Filament sensor ok\n", 19s},
                                                                   {"// Klipper state: Ready\n", 19s},
                                                                   {"echo:MMU2:>S0*c6.\n", 19s}}));
  INFO(chatter);
  Rig r;
  const Time opened = r.now;
  std::string asked;
  for (; r.now - opened < limit && asked.empty(); r.pass(1s)) {
    r.printer(chatter);
    asked = r.to_printer();
    if (asked == "\n") asked.clear();
  }
  CHECK(asked == "M115\n");
}

TEST_CASE("rule 8: a restart ends the drain for a query, and the host's line passes at once") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(1, "G1 X1") + numbered(2, "G1 X2"));
  r.to_printer();
  for (int i = 0; i < 100 && !r.arbiter().injection.is_draining(); ++i) r.pass(50ms);
  r.host("G1 X3\n");
  REQUIRE(r.to_printer().empty());
  r.printer("start\n");
  CHECK(r.to_printer() == "G1 X3\n");
}

TEST_CASE("rule 8: a line that waited for a printer that is gone does not shorten the next drain") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  for (int i = 0; i < 100 && !r.arbiter().injection.is_draining(); ++i) r.pass(50ms);
  r.host("G1 X2\n");
  REQUIRE(r.arbiter().injection.waiting_since == r.now);
  r.relay().printer_lost(r.now);
  CHECK(r.arbiter().injection.waiting_since == gcode::line::kNever);
}

TEST_CASE("rule 8: nothing is in flight on a port that was opened anew") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\n");
  r.to_printer();
  r.relay().printer_opened(r.now);
  CHECK(host_in_flight(r) == 0);
}
