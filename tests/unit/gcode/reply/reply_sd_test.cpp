// The SD card.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::Reply;
using gcode::reply::ReplyKind;

namespace {

Reply parse(const char* line) { return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13")); }

}  // namespace

TEST_CASE("M7.1: the position in the file is read, also with Marlin's CR") {
  CHECK(parse("SD printing byte 828/6449\r\n").sd.byte == 828);
  CHECK(parse("SD printing byte 828/6449\r\n").sd.size == 6449);
  CHECK(parse("SD printing byte 4294967295/4294967296").sd.size == 4294967296u);
  CHECK(parse("SD printing byte 828/").kind == ReplyKind::kEcho);
  CHECK(parse("SD printing byte 828/64x").kind == ReplyKind::kEcho);
}

TEST_CASE("file names are extracted from their phrases") {
  CHECK(parse("File opened: /TEST.GCO Size: 75").text == "/TEST.GCO");
  CHECK(parse("File opened: /TEST.GCO Size: 75").sd.size == 75);
  CHECK(parse("File opened: a Size: 3.gcode Size: 12").text == "a Size: 3.gcode");
  CHECK(parse("echo:Now fresh file: longfi~1.gco").text == "longfi~1.gco");
  CHECK(parse("Current file: (no file)").kind == ReplyKind::kSdFile);
  CHECK(parse("Current file: (no file)").text.empty());
  CHECK(parse("File selected").text.empty());
}

TEST_CASE("P7.4: raw file names are names, whatever they begin with") {
  for (const char* line :
       {"longfile_name_test.gcode", "/longfile_name_test.gcode", "ok.gcode", "T_1.gcode", "Error.gco", "start.g",
        "echo.GCODE", "X_carriage v2.gcode", "ok (1).gcode", "Resend.gcode", "100% infill.gcode"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kSdFile);
    CHECK(parse(line).text == line);
  }
}

TEST_CASE("entries of a listing are recognised") {
  for (const char* line :
       {"TEST.GCO 75", "OK.GCO 7013", "/SUBDIR/INNER_~1.GCO 75 \"inner_file.gcode\"", "SHORT.GCO 52 0x5D750BC0",
        "ARATHE~1.GCO 10 A rather long file name.gcode", "DIR_ENTER: /OK/ \"OK\"", "DIR_EXIT"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kListEntry);
    CHECK_FALSE(parse(line).carries_ok);
  }
}

TEST_CASE("print time is read with and without padding") {
  CHECK(parse("1:5").kind == ReplyKind::kSdTime);
  CHECK(parse("00:12").kind == ReplyKind::kSdTime);
  CHECK(parse("1:75").kind != ReplyKind::kSdTime);
  CHECK(parse("1:5:9").kind != ReplyKind::kSdTime);
}
