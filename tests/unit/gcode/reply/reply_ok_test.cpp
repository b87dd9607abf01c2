// What acknowledges a command and what only resembles an ok.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::Reply;
using gcode::reply::ReplyKind;

namespace {

const gcode::dialect::Dialect& prusa() { return *gcode::dialect::find_dialect("prusa-3.13"); }
const gcode::dialect::Dialect& marlin() { return *gcode::dialect::find_dialect("marlin-2.1"); }

}  // namespace

TEST_CASE("a bare ok acknowledges, with any line end") {
  for (const char* line : {"ok", "ok\n", "ok\r\n", "ok \n"}) {
    const Reply r = gcode::reply::parse_reply(line, prusa());
    CHECK(r.kind == ReplyKind::kOk);
    CHECK(r.carries_ok);
    CHECK(r.text.empty());
  }
}

TEST_CASE("ADVANCED_OK has the line number and the free slots") {
  const Reply r = gcode::reply::parse_reply("ok N5 P10 B15", marlin());
  CHECK(r.kind == ReplyKind::kOk);
  CHECK(r.ok_number == 5);
  CHECK(r.planner_free == 10);
  CHECK(r.slots_free == 15);
  const Reply without_number = gcode::reply::parse_reply("ok P0 B0", marlin());
  CHECK_FALSE(without_number.ok_number.has_value());
  CHECK(without_number.planner_free == 0);
  CHECK(without_number.slots_free == 0);
  CHECK(gcode::reply::parse_reply("ok N-1 P15 B15", marlin()).ok_number == -1);
}

TEST_CASE("an ok without further text has no fields") {
  const Reply r = gcode::reply::parse_reply("ok", marlin());
  CHECK_FALSE(r.ok_number.has_value());
  CHECK(r.planner_free == -1);
  CHECK(r.slots_free == -1);
}

TEST_CASE("P7.4: a file called ok.gcode or ok (1).gcode does not acknowledge") {
  for (const char* line : {"ok.gcode", "ok (1).gcode", "ok 5.gcode", "okay", "ok_part.g"}) {
    INFO(line);
    CHECK_FALSE(gcode::reply::parse_reply(line, prusa()).carries_ok);
    CHECK_FALSE(gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect()).carries_ok);
  }
  CHECK(gcode::reply::parse_reply("ok.gcode", prusa()).kind == ReplyKind::kSdFile);
  CHECK(gcode::reply::parse_reply("ok (1).gcode", prusa()).text == "ok (1).gcode");
  CHECK_FALSE(gcode::reply::parse_reply("OK.GCO 7013", prusa()).carries_ok);
  CHECK_FALSE(gcode::reply::parse_reply("ok something", prusa()).carries_ok);
}

TEST_CASE("P7.5: M301 answers with an ok that has values") {
  const Reply r = gcode::reply::parse_reply("ok p:16.13 i:1.16 d:56.23", prusa());
  CHECK(r.kind == ReplyKind::kOk);
  CHECK(r.carries_ok);
  CHECK(r.text == "p:16.13 i:1.16 d:56.23");
}

TEST_CASE("an ok of other firmwares may be followed by any text") {
  CHECK(gcode::reply::parse_reply("ok 12", gcode::dialect::unknown_dialect()).carries_ok);
  CHECK(gcode::reply::parse_reply("ok C: X:0.00", gcode::dialect::unknown_dialect()).carries_ok);
}

TEST_CASE("P7.3: an ok directly after 'Active Extruder: 0' or 'LANG SEL FORCED' acknowledges") {
  for (const char* line : {"echo:Active Extruder: 0ok", "echo:Active Extruder: 4ok\r\n", "echo:LANG SEL FORCEDok"}) {
    INFO(line);
    const Reply r = gcode::reply::parse_reply(line, prusa());
    CHECK(r.kind == ReplyKind::kOk);
    CHECK(r.carries_ok);
  }
  CHECK(gcode::reply::parse_reply("echo:Active Extruder: 0ok", prusa()).text == "Active Extruder: 0");
  CHECK_FALSE(gcode::reply::parse_reply("echo:SD card ok", prusa()).carries_ok);
  CHECK_FALSE(gcode::reply::parse_reply("echo:looks ok", prusa()).carries_ok);
  CHECK_FALSE(gcode::reply::parse_reply("MMU => 'ok'", prusa()).carries_ok);
}

TEST_CASE("H29: an ok inside a truncated temperature line acknowledges, and the truncated values are not used") {
  const Reply r = gcode::reply::parse_reply("T:190.26 /200.00 B:60.00 /60.00 @N7531ok N7531 P0 B3", marlin());
  CHECK(r.kind == ReplyKind::kOk);
  CHECK(r.carries_ok);
  CHECK(r.ok_number == 7531);
  CHECK(r.planner_free == 0);
  CHECK(r.slots_free == 3);
  CHECK(r.temperatures.count == 0);
  const Reply bare = gcode::reply::parse_reply(" T:190.26 /2ok", marlin());
  CHECK(bare.kind == ReplyKind::kOk);
  CHECK(bare.temperatures.count == 0);
}

TEST_CASE("an M105 answer inside a truncated report keeps the answer's values") {
  const Reply r = gcode::reply::parse_reply("T:25.5 /0.0 B:2ok T:26.0 /0.0 B:25.5 /0.0 @:0 B@:0", marlin());
  CHECK(r.kind == ReplyKind::kOkTemperature);
  REQUIRE(r.temperatures.find(gcode::reply::Sensor::kTool0) != nullptr);
  CHECK(r.temperatures.find(gcode::reply::Sensor::kTool0)->actual == 26.0f);
  CHECK(r.temperatures.count == 2);
}

TEST_CASE("wait is not an ok") {
  const Reply r = gcode::reply::parse_reply("wait", marlin());
  CHECK(r.kind == ReplyKind::kWait);
  CHECK_FALSE(r.carries_ok);
}

TEST_CASE("noise behind an ok does not take it away, and what hosts see of it is told") {
  using gcode::reply::OkForm;
  using namespace std::string_view_literals;
  struct Example {
    std::string_view line;
    OkForm form;
    int count;
  };
  constexpr Example kExamples[] = {
      {"ok"sv, OkForm::kBare, 1},
      {"ok!"sv, OkForm::kNoisy, 1},
      {"ok:"sv, OkForm::kNoisy, 1},
      {"ok\0"sv, OkForm::kBare, 1},
      {"\0ok"sv, OkForm::kBare, 1},
      {"o\0k"sv, OkForm::kNoisy, 1},
      {"ok\xff"sv, OkForm::kNoisy, 1},
      {"okok"sv, OkForm::kNoisy, 2},
      {"okokok"sv, OkForm::kNoisy, 3},
      {"okN200"sv, OkForm::kFields, 1},
      {"ok N5 P1 B2"sv, OkForm::kFields, 1},
      {"ok 12"sv, OkForm::kFields, 1},
      {"ok p:16.13 i:1.16 d:56.23"sv, OkForm::kGains, 1},
      {"ok12"sv, OkForm::kFields, 1},
      {"okT:25.0 /0.0"sv, OkForm::kNoisy, 1},
      {"ok N5 P7 B15 T:25.0 /0.0"sv, OkForm::kFields, 1},
      {"ok N5 P7 B15T:25.0 /0.0"sv, OkForm::kNoisy, 1},
      {"okecho:busy: processing"sv, OkForm::kFields, 1},
      {"\xffok"sv, OkForm::kGlued, 1},
      {" ok"sv, OkForm::kGlued, 1},
      {"?ok"sv, OkForm::kGlued, 1},
      {"LCD status changedok"sv, OkForm::kGlued, 1},
      {"echo:Active Extruder: 0ok"sv, OkForm::kGlued, 1},
      {"T:190.26 /@N7531ok N7531 P0 B3"sv, OkForm::kGlued, 1},
  };
  for (const Example& example : kExamples) {
    INFO(example.line);
    const Reply r = gcode::reply::parse_reply(example.line, marlin());
    CHECK(r.carries_ok);
    CHECK(r.ok_form == example.form);
    CHECK(static_cast<int>(r.ok_count) == example.count);
  }
  for (const char* line : {"ok.gcode", "ok2.gcode", "okay", "kok", "book", "it is ok", "LCD status changeok"}) {
    INFO(line);
    const Reply r = gcode::reply::parse_reply(line, marlin());
    CHECK(r.ok_form == OkForm::kNone);
    CHECK(r.ok_count == 0);
  }
}

TEST_CASE("Malyan prints the temperatures behind the fields of ADVANCED_OK") {
  const Reply r = gcode::reply::parse_reply("ok N5 P7 B15 T:153.4 /0.0 B:60.4 /65.0", marlin());
  CHECK(r.kind == ReplyKind::kOkTemperature);
  CHECK(r.ok_number == 5);
  CHECK(r.slots_free == 15);
  CHECK(r.temperatures.count == 2);
  const Reply other = gcode::reply::parse_reply("ok N5 X", marlin());
  CHECK(other.kind == ReplyKind::kOk);
  CHECK_FALSE(other.ok_number.has_value());
}
