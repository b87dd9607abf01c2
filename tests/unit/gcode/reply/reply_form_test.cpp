// Lines that are recognised by their form.
#include <catch2/catch.hpp>
#include <string>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::ReplyKind;

namespace {

ReplyKind kind(std::string_view line) {
  return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.8")).kind;
}

}  // namespace

TEST_CASE("rows of figures are answers") {
  for (const char* line : {"+0.123 -0.050 +0.017", " 0 +0.123 -0.050", "0 | +0.12 [ 0.1] .", "Set current\t1000\t1000",
                           "1 of 10: z: 0.123 mean: 0.123"}) {
    INFO(line);
    CHECK(kind(line) == ReplyKind::kAnswer);
  }
  for (const char* line : {"12:", "1-2", "+++", "1 off 10", "- - -"}) {
    INFO(line);
    CHECK(kind(line) == ReplyKind::kUnknown);
  }
}

TEST_CASE("the MMU2's letters do not hide the line that is printed into them") {
  CHECK(kind("OOOOecho:busy: processing") == ReplyKind::kBusy);
  CHECK(kind("oooOecho:Unknown command: \"X\"") == ReplyKind::kUnknownCommand);
  CHECK(kind("OOOO succeeded.") == ReplyKind::kMmu);
  CHECK(kind("OOoo failed.") == ReplyKind::kMmu);
  CHECK(kind("OOOooo") == ReplyKind::kMmu);
  CHECK(kind("o") == ReplyKind::kUnknown);  // perhaps the half of an ok
  CHECK(kind("Oh no") == ReplyKind::kUnknown);
  CHECK(kind(std::string(100, 'O')) == ReplyKind::kUnknown);
}

TEST_CASE("what an Anycubic tells its panel is chatter") {
  for (const char* line : {"J16", "J02", "A0V 210", "A1V 60", "A8 S0"}) {
    INFO(line);
    CHECK(kind(line) == ReplyKind::kEcho);
  }
  for (const char* line : {"J", "Jx", "J123", "A1Vx", "A"}) {
    INFO(line);
    CHECK(kind(line) == ReplyKind::kUnknown);
  }
}
