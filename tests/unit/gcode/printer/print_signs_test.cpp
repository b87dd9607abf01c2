#include "gcode/printer/print_signs.h"

#include <catch2/catch.hpp>

using gcode::printer::PrintSign;

namespace {

PrintSign sign(const char* line) { return gcode::printer::sign_of(gcode::command::parse_command(line)); }

}  // namespace

TEST_CASE("the commands of end codes are signs of an end") {
  for (const char* line : {"M2",
                           "M18",
                           "M18 X Y",
                           "M30",
                           "M77",
                           "M81",
                           "M84",
                           "M84 X Y E",
                           "M104 S0",
                           "M104 T1 S0",
                           "M104S0",
                           "M109 S0 T0",
                           "M140 S0",
                           "M190 S0",
                           "M190 R0",
                           "END_PRINT",
                           "end_print",
                           "_END_PRINT",
                           "PRINT_END COOL=1",
                           "TURN_OFF_HEATERS"}) {
    INFO(line);
    CHECK(sign(line) == PrintSign::kEnds);
  }
}

TEST_CASE("what only looks like an end code is none") {
  for (const char* line : {"M84 S600", "M18 S0", "M30 A.GCO", "M104", "M104 T1", "M104 S200", "M109 R50", "M140 S50",
                           "M190 R40", "M107", "M106 S0", "M117 END_PRINT", "PRINT_START", "END", "G28 X0", "M25"}) {
    INFO(line);
    CHECK(sign(line) == PrintSign::kNone);
  }
}

TEST_CASE("M108 and the macros of a cancel ask to cancel") {
  for (const char* line : {"M108", "CANCEL_PRINT", "print_cancel"}) CHECK(sign(line) == PrintSign::kCancels);
}

TEST_CASE("the targets of heaters are read in all forms") {
  const auto tool = [](const char* line) { return gcode::printer::tool_target(gcode::command::parse_command(line)); };
  const auto bed = [](const char* line) { return gcode::printer::bed_target(gcode::command::parse_command(line)); };
  CHECK(tool("M104 S200") == 200.0);
  CHECK(tool("M109 R50") == 50.0);
  CHECK(tool("M109 T1 S215") == 215.0);
  CHECK_FALSE(tool("M104 T1"));
  CHECK_FALSE(tool("M140 S60"));
  CHECK(bed("M140 S60") == 60.0);
  CHECK(bed("M190 R40") == 40.0);
  CHECK_FALSE(bed("M104 S60"));
}
