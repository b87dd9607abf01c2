// Rule 3: what is heard or reported is not asked for, and nothing is queued where it would shift a resume number.
#include <catch2/catch.hpp>

#include "tests/gcode/rules_rig.h"

using namespace rig;

TEST_CASE("rule 3: a paused Prusa is not asked, for every queued line shifts the number it resumes at") {
  Rig r = known_rig(kPrusa39);
  r.printer("// action:paused\n");
  CHECK(next_own(r).empty());
  r.printer("// action:resumed\n");
  CHECK(next_own(r) == "M105\n");
}

TEST_CASE("rule 3: temperatures that a report brings are not asked for, though it runs late") {
  Rig r = known_rig(kPrusa313);
  for (int i = 0; i < 6; ++i) {
    r.printer(kReport);
    CHECK(next_own(r, 3s).empty());
  }
}

TEST_CASE("rule 3: temperatures that the host asks for are not asked for again") {
  Rig r = known_rig(kMarlin10);
  std::string seen;
  for (int i = 0; i < 10; ++i) {
    r.host("M105\n");
    seen += r.to_printer();
    r.printer(kTemperatures);
    r.pass(1s);
    seen += r.to_printer();
  }
  CHECK(count_of(seen, "M105\n") == 10);
}
