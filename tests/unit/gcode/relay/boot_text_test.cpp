#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/relay_rig.h"

using namespace rig;

TEST_CASE("a printer that was not reset when opened and keeps reporting is identified") {
  Rig r;
  std::string asked;
  for (int i = 0; i < 10; ++i) {
    r.pass(2s);
    r.printer(std::string(kReport) + std::string(kPositionReport) + std::string(kFansReport));
    asked += r.to_printer();
  }
  CHECK(asked.starts_with("\nM115\n"));
}

TEST_CASE("boot text in several pieces is awaited to its last line") {
  Rig r;
  r.printer("start\n");
  for (int i = 0; i < 10; ++i) {
    r.pass(1400ms);
    r.printer("echo: Last Updated: 2024-02-27 17:16:52 | Author: (none, default config)\n");
    CHECK(r.to_printer().empty());
  }
  r.pass(4s);
  CHECK(r.to_printer() == "\n");
  r.pass(1s);
  CHECK(r.to_printer() == "M115\n");
}

TEST_CASE("the boot phase ends although a host prints throughout") {
  Rig r;
  r.attach();
  r.printer("start\n");
  r.pass(1s);
  for (int i = 0; i < 20; ++i) {
    r.host("G1 X1\n");
    r.to_printer();
    r.pass(200ms);
    r.printer("echo: cold extrusion prevented\nok\n");
  }
  CHECK_FALSE(r.relay().printer().contact.is_booting());
}
