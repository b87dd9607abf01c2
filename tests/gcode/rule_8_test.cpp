// Rule 8: `start` clears everything in flight; then the printer is identified and its reports are set up again.
#include <catch2/catch.hpp>

#include "tests/gcode/rules_rig.h"

using namespace rig;

TEST_CASE("rule 8: what was in flight for long before `start` is not waited for") {
  Rig r = known_rig(kPrusa313);
  r.host("G1 X1\nG28\n");
  REQUIRE(host_in_flight(r) == 2);
  r.pass(4s);
  r.printer("start\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.to_host() == "start\n");
}

TEST_CASE("rule 8: a restarted printer is identified and its reports are set up again") {
  Rig r = known_rig(kPrusa313, {});
  r.printer("start\n");
  std::string seen;
  for (int i = 0; i < 30 && count_of(seen, "M155") == 0; ++i) {
    const std::string line = next_own(r);
    seen += line;
    r.answer(line, kPrusa313);
  }
  CHECK(seen.starts_with("M115\n"));
  CHECK(count_of(seen, "M155 S2 C7\n") == 1);
}
