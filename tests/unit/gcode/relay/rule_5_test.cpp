// Rule 5: an emergency line is never held, and all held lines are sent before it.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("rule 5: an emergency line releases all held lines, immediately and in order") {
  for (const std::string emergency : {"M112\n", "M108\n", "M410\n", "M876 S0\n"}) {
    INFO(emergency);
    Rig r = known_rig(kMarlin10);
    REQUIRE(next_injected(r) == "M105\n");
    r.host("G1 X1\nG1 X2\n");
    REQUIRE(r.to_printer().empty());
    r.host(emergency);
    CHECK(r.to_printer() == "\nG1 X1\nG1 X2\n" + emergency);
  }
}
