// Temperature lines of Prusa and Marlin, recorded ones first.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::is_known;
using gcode::reply::Reply;
using gcode::reply::ReplyKind;
using gcode::reply::Sensor;
using gcode::reply::TemperatureReading;

namespace {

Reply parse(const char* line) { return gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect()); }

const TemperatureReading& reading(const Reply& reply, Sensor sensor) {
  const TemperatureReading* found = reply.temperatures.find(sensor);
  REQUIRE(found != nullptr);
  return *found;
}

}  // namespace

TEST_CASE("Prusa's M105 answer has hotend, bed, probe and ambient, each once") {
  const Reply r = parse("ok T:25.5 /0.0 B:25.4 /60.0 T0:25.5 /215.0 @:127 B@:0 P:25.3 A:25.2");
  CHECK(r.kind == ReplyKind::kOkTemperature);
  CHECK(r.carries_ok);
  CHECK(r.temperatures.count == 4);
  CHECK(reading(r, Sensor::kTool0).actual == 25.5f);
  CHECK(reading(r, Sensor::kTool0).target == 215.0f);
  CHECK(reading(r, Sensor::kTool0).duty == 1.0f);
  CHECK(reading(r, Sensor::kBed).actual == 25.4f);
  CHECK(reading(r, Sensor::kBed).target == 60.0f);
  CHECK(reading(r, Sensor::kBed).duty == 0.0f);
  CHECK(reading(r, Sensor::kProbe).actual == 25.3f);
  CHECK_FALSE(is_known(reading(r, Sensor::kProbe).target));
  CHECK_FALSE(is_known(reading(r, Sensor::kProbe).duty));
  CHECK(reading(r, Sensor::kAmbient).actual == 25.2f);
}

TEST_CASE("P7.18: an autoreport is the same line without ok") {
  for (const char* line :
       {"T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4", " T:50.18 /0.00 B:30.00 /0.00 @:0 B@:0"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kTemperature);
    CHECK_FALSE(parse(line).carries_ok);
    CHECK(parse(line).temperatures.count >= 2);
  }
}

TEST_CASE("M6.2: with two hotends the active one is not read twice, and each has its own duty") {
  const Reply r = parse("ok T:23.75 /50.00 B:22.50 /0.00 T0:23.75 /50.00 T1:23.12 /0.00 @:12 B@:5 @0:12 @1:64");
  CHECK(r.temperatures.count == 3);
  CHECK(reading(r, Sensor::kTool0).target == 50.0f);
  CHECK(reading(r, Sensor::kTool0).duty == Approx(12 / 127.0));
  CHECK(reading(r, Sensor::kTool1).actual == Approx(23.12));
  CHECK(reading(r, Sensor::kTool1).duty == Approx(64 / 127.0));
  CHECK(reading(r, Sensor::kBed).duty == Approx(5 / 127.0));
}

TEST_CASE("M6.1: a single hotend is tool 0 with and without a number") {
  CHECK(reading(parse("ok T:23.75 /0.00 B:22.50 /0.00 @:0 B@:0"), Sensor::kTool0).actual == 23.75f);
  const Reply old = parse("ok T:0.0 /0.0 B:0.0 /0.0 T0:0.0 /0.0 @:0 B@:0");
  CHECK(old.temperatures.count == 2);
}

TEST_CASE("M10.4: Smoothie numbers only the second tool, T is the first") {
  const Reply r = parse("ok T:25.0 /0.0 @0 B:22.0 /0.0 @0");
  CHECK(r.carries_ok);
  CHECK(reading(r, Sensor::kTool0).actual == 25.0f);
  CHECK(reading(r, Sensor::kBed).actual == 22.0f);
  CHECK_FALSE(is_known(reading(r, Sensor::kBed).duty));  // counted to another maximum
  const Reply two = parse("T:25.0 /0.0 T1:26.0 /0.0");
  CHECK(reading(two, Sensor::kTool0).actual == 25.0f);
  CHECK(reading(two, Sensor::kTool1).actual == 26.0f);
}

TEST_CASE("with two numbered hotends a single duty is not assigned to either") {
  const Reply r = parse("T:23.75 /0.00 T0:23.75 /0.00 T1:23.12 /0.00 @:9");
  CHECK_FALSE(is_known(reading(r, Sensor::kTool0).duty));
  CHECK_FALSE(is_known(reading(r, Sensor::kTool1).duty));
}

TEST_CASE("M6.3: chamber, probe, board, cooler and redundant sensors, in Marlin's order") {
  const Reply r = parse(
      "ok T:25.00 /0.00 B:22.50 /0.00 C:26.82 /40.00 L:18.00 /0.00 P:25.00 /0.00 M:31.25 /0.00 R:24.00 /0.00 @:0 B@:0 C@:127 C@:64");
  CHECK(r.temperatures.count == 7);
  CHECK(reading(r, Sensor::kChamber).actual == Approx(26.82));
  CHECK(reading(r, Sensor::kChamber).target == 40.0f);
  CHECK(reading(r, Sensor::kChamber).duty == 1.0f);
  CHECK(reading(r, Sensor::kCooler).duty == Approx(64 / 127.0));
  CHECK(reading(r, Sensor::kBoard).actual == 31.25f);
  CHECK(reading(r, Sensor::kRedundant).actual == 24.0f);
  CHECK(reading(r, Sensor::kCooler).target == 0.0f);
  CHECK_FALSE(is_known(reading(r, Sensor::kBoard).target));
  CHECK_FALSE(is_known(reading(r, Sensor::kProbe).target));
  CHECK(reading(parse("T:25.00 /0.00 L:18.00 /0.00 @:0 C@:127"), Sensor::kCooler).duty == 1.0f);
}

TEST_CASE("lines of waiting commands are heating lines") {
  const Reply m109 = parse("T:187.4 E:0 W:?");
  CHECK(m109.kind == ReplyKind::kHeating);
  CHECK(reading(m109, Sensor::kTool0).actual == Approx(187.4));
  CHECK_FALSE(is_known(reading(m109, Sensor::kTool0).target));
  const Reply m190 = parse("T:25.31 E:0 B:48.7");
  CHECK(m190.kind == ReplyKind::kHeating);
  CHECK(reading(m190, Sensor::kBed).actual == Approx(48.7));
  CHECK(reading(parse("T:187.4 E:1 W:3"), Sensor::kTool1).actual == Approx(187.4));
  const Reply marlin = parse(" T:44.12 /50.00 B:22.50 /0.00 @:17 B@:0 W:?");
  CHECK(marlin.kind == ReplyKind::kHeating);
  CHECK(reading(marlin, Sensor::kTool0).target == 50.0f);
  CHECK(parse("T:150.32 @:127").kind == ReplyKind::kHeating);  // M303
  const Reply probe = parse("P:30.0/35");
  CHECK(probe.kind == ReplyKind::kHeating);
  CHECK(reading(probe, Sensor::kProbe).actual == 30.0f);
  CHECK(reading(probe, Sensor::kProbe).target == 35.0f);
}

TEST_CASE("negative and unreadable temperatures are handled") {
  CHECK(reading(parse("T:-14.82 /0.00 B:22.50 /0.00 @:0 B@:0"), Sensor::kTool0).actual == Approx(-14.82));
  CHECK_FALSE(is_known(reading(parse("T:nan /0.00 B:22.50 /0.00 @:0 B@:0"), Sensor::kTool0).actual));
}

TEST_CASE("T:0 alone means no sensor, not zero degrees") {
  const Reply r = parse("ok T:0");
  CHECK(r.kind == ReplyKind::kOkTemperature);
  CHECK(r.carries_ok);
  CHECK(r.temperatures.count == 0);
}

TEST_CASE("one sensor without further fields is not a reading, random bytes contain T:5 too") {
  for (const char* line : {"T:5", "B:7", "ok T:5", " P:30", "C:1"}) {
    INFO(line);
    CHECK(parse(line).temperatures.count == 0);
  }
}

TEST_CASE("M6.4: raw readings in brackets and debug text are skipped") {
  const Reply r = parse("ok T:23.75 /0.00 (812.00) B:22.50 /0.00 (811) @:0 B@:0");
  CHECK(r.temperatures.count == 2);
  CHECK(parse("ok T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0    ADC B:24.1C-> 812").temperatures.count == 2);
}

TEST_CASE("a duty above 127 indicates a printer that counts to 255, watts do not") {
  CHECK(reading(parse("T:25.0 /0.0 @:255"), Sensor::kTool0).duty == 1.0f);
  CHECK_FALSE(is_known(reading(parse("T:25.0 /0.0 @:12W"), Sensor::kTool0).duty));
}

TEST_CASE("a truncated line gives no reading, whatever precedes the truncation") {
  for (const char* line : {"T:25.5 /0.0 B:", "T:25.5 /0.0 B:25.5 /0.0 T0", "T:25.5 /0.0 B:2x5",
                           "T:25.5 /0.0 B:25.T:25.5 /0.0", "T:25.5 /0.0 @:0 B@", "ok T:25.5 /"}) {
    INFO(line);
    CHECK(parse(line).temperatures.count == 0);
  }
  CHECK(parse("ok T:25.5 /").carries_ok);
}

TEST_CASE("a reset in the middle of a temperature line is a start") {
  CHECK(parse("T:25.5 /0.0 B:2start").kind == ReplyKind::kStart);
  CHECK(parse("T:25.5 /0.0 start").kind == ReplyKind::kStart);
}

TEST_CASE("M10.3: Repetier reports targets in separate lines") {
  const Reply tool = parse("TargetExtr1:210");
  CHECK(tool.kind == ReplyKind::kTemperature);
  CHECK(reading(tool, Sensor::kTool1).target == 210.0f);
  CHECK_FALSE(is_known(reading(tool, Sensor::kTool1).actual));
  CHECK(reading(parse("TargetBed:60"), Sensor::kBed).target == 60.0f);
}

TEST_CASE("text that only begins like a temperature is not one") {
  for (const char* line : {"TM: error cleared", "T: hello", "Cap:X:1", "B: and so on", "P0 action:x", "Ticks"}) {
    INFO(line);
    const Reply r = parse(line);
    CHECK(r.kind != ReplyKind::kTemperature);
    CHECK(r.kind != ReplyKind::kHeating);
    CHECK(r.temperatures.count == 0);
  }
}

TEST_CASE("a periodic report is whole if nothing else is in its line") {
  for (const char* line :
       {"T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4", " T:50.18 /0.00 B:30.00 /0.00 @:0 B@:0",
        " ==T:41.25 /0.00 ==B:33.50 /60.00 @:0 B@:12",
        "T:25.00/0.00 B:24.00/0.00 X:37.45/36.00 HBR@:255 B_0_0:24.10/0.00",
        " T0:210.90 /210.00 B0:59.95 /60.00 B1:48.10 /0.00 @B_ZONE: CENTER", "TT::31.5031.50  //0.000.00"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kTemperature);
    CHECK(parse(line).is_whole_report);
  }
  for (const char* line : {"T:25.5 /0.0 B:25.5 /0.0 T:25.5 /0.0", "T:25.5 /0.0 B:25.5 /0.0 W:?", "T:25.31 E:0 B:48.7",
                           "T:25.5 /0.0 (812.0)", "T:25.5 /0.0 B:", "B:34.2/60.0 @255", "T:25.5 B:20.1",
                           "T:25.5 /0.0 B:25.5 /0.0 echo:busy: processing"}) {
    INFO(line);
    CHECK_FALSE(parse(line).is_whole_report);
  }
}

TEST_CASE("a last figure that was cut off is not read, the others are") {
  for (const char* line : {" T:190.26 /190.00 B:5", " T:190.26 /190.00 B:59.9", " T:190.26 /190.00 B:59.98 /6"}) {
    INFO(line);
    const Reply r = parse(line);
    CHECK(r.is_torn);
    CHECK(reading(r, Sensor::kTool0).actual == Approx(190.26));
    CHECK(r.temperatures.find(Sensor::kBed) == nullptr);
  }
  CHECK(parse(" T:190.26 /190.00 B:59.98 /60.00").temperatures.count == 2);
  CHECK_FALSE(parse("T:25.31 E:0 B:48.7").is_torn);
  CHECK(parse("P:25.3 A:2").temperatures.find(Sensor::kAmbient) == nullptr);
}

TEST_CASE("a report whose figures are all printed twice is a report without readings") {
  const Reply r = parse("TT::31.5031.50  //0.000.00  BB::24.2624.26  //0.000.00  @@::00  BB@@::00");
  CHECK(r.kind == ReplyKind::kTemperature);
  CHECK(r.is_torn);
  CHECK(r.temperatures.count == 0);
}

TEST_CASE("figures of a regulator behind an ok are no temperatures") {
  CHECK(parse("ok P:8.00 I:0.20 D:60.00").kind == ReplyKind::kOk);
  CHECK(parse("ok P:8.00 I:0.20 D:60.00").temperatures.count == 0);
}

TEST_CASE("W: is told, E: alone is not it") {
  CHECK(parse(" T:44.12 /50.00 @:17 W:?").says_wait);
  CHECK_FALSE(parse("T:25.31 E:0 B:48.7").says_wait);
}
