// Positions in the forms of all firmware.
#include <catch2/catch.hpp>
#include <string>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::is_known;
using gcode::reply::Reply;
using gcode::reply::ReplyKind;

namespace {

Reply parse(std::string_view line) { return gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect()); }

}  // namespace

TEST_CASE("a position is the planned one, before Count") {
  const Reply r = parse("X:10.50 Y:-3.00 Z:0.15 E:1.25 Count X: 9.00 Y:0.00 Z:0.15 E:0.00");
  CHECK(r.position.axis[0] == 10.5f);
  CHECK(r.position.axis[1] == -3.0f);
  CHECK(r.position.axis[2] == 0.15f);
  CHECK(r.position.axis[3] == 1.25f);
}

TEST_CASE("a truncated position has no values") {
  for (const char* line : {"X:10.50 Y:", "X:10.50 Y:3.00 Z:0.1x", "X:10.50 Y:3.00 Z:0.15 E"}) {
    INFO(line);
    CHECK_FALSE(is_known(parse(line).position.axis[0]));
  }
}

TEST_CASE("a position cut anywhere gives its values or none") {
  const std::string line = "X:10.50 Y:-3.00 Z:0.15 E:1.25";
  for (std::size_t size = 7; size < line.size(); ++size) {
    INFO(line.substr(0, size));
    const Reply r = parse(std::string_view(line).substr(0, size));
    const bool without_extruder = size == 22 || size == 23;  // "Z:0.15": as a printer without extruder prints it
    CHECK(is_known(r.position.axis[0]) == without_extruder);
    if (without_extruder) CHECK(r.position.axis[2] == 0.15F);
    CHECK(r.is_torn != without_extruder);
  }
  CHECK(parse(line).position.axis[3] == 1.25F);
}

TEST_CASE("axes stand in their order, each once") {
  CHECK_FALSE(is_known(parse("X:1.00 Z:2.00 Y:3.00 E:4.00").position.axis[0]));
  CHECK_FALSE(is_known(parse("X:1.0X:1.00 Y:2.00 Z:3.00 E:4.00").position.axis[0]));
  CHECK(parse("X:1.00 Y:2.00 Z:3.00 A:9.00 B:8.00 E:4.00 Count X:0").position.axis[3] == 4);
}

TEST_CASE("a position report is whole up to the last step count") {
  for (const char* line : {"X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00",
                           "X:0.00 Y:0.00 Z:0.15 E:0.00", "X:10.00Y:20.50Z:0.30E:1.20 Count X: 10.00Y:20.50Z:0.30",
                           " Count X:0 Y:0 Z:0", "X:1.000 Y:2.000 Z:3.000 E:4.000 Count 0 0 0"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kPosition);
    CHECK(parse(line).is_whole_report);
  }
  for (const char* line : {"X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00T:25.0 /0.0",
                           "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:", "X:0.00 Y:0.00 Z:0."}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kPosition);
    CHECK_FALSE(parse(line).is_whole_report);
  }
}

TEST_CASE("a position behind an ok acknowledges, and other coordinates are none") {
  const Reply r = parse("ok C: X:1.000 Y:2.000 Z:3.000 A:0.000 E:4.000");
  CHECK(r.kind == ReplyKind::kOk);
  CHECK(r.position.axis[3] == 4);
  CHECK_FALSE(is_known(parse("ok MCS: X:1.0000 Y:2.0000 Z:3.0000").position.axis[0]));
  CHECK_FALSE(is_known(parse("X: 150 Y: 150 Z: 150").position.axis[0]));  // the size of a Flashforge
}
