// Fans, progress, percentages.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::is_known;
using gcode::reply::Reply;
using gcode::reply::ReplyKind;

namespace {

Reply parse(const char* line) { return gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect()); }

}  // namespace

TEST_CASE("fans: speeds and duties of hotend and print fan") {
  const Reply r = parse("E0:4680 RPM PRN1:4560 RPM E0@:255 PRN1@:51");
  CHECK(r.fans.rpm[0] == 4680);
  CHECK(r.fans.rpm[1] == 4560);
  CHECK(r.fans.duty[0] == 1.0f);
  CHECK(r.fans.duty[1] == Approx(0.2));
  CHECK(parse("PRN0:3000 RPM").fans.rpm[1] == 3000);
  CHECK_FALSE(is_known(parse("PRN0:3000 RPM").fans.rpm[0]));
  CHECK(parse("E0:0 RPM E0@:0 ").fans.duty[0] == 0);
  CHECK_FALSE(is_known(parse("E0:4680 RPM PRN1:45").fans.rpm[0]));
}

TEST_CASE("progress without a known value is unknown") {
  const Reply unset = parse("NORMAL MODE: Percent done: -1; print time remaining in mins: -1; Change in mins: -1");
  CHECK_FALSE(is_known(unset.progress.percent));
  CHECK_FALSE(is_known(unset.progress.remaining_minutes));
  CHECK_FALSE(is_known(unset.progress.change_minutes));
  const Reply old = parse("NORMAL MODE: Percent done: 255; print time remaining in mins: 65535");
  CHECK_FALSE(is_known(old.progress.percent));
  CHECK_FALSE(is_known(old.progress.remaining_minutes));
}

TEST_CASE("progress is read") {
  const Reply r = parse("SILENT MODE: Percent done: 101; print time remaining in mins: 0; Change in mins: 7");
  CHECK(r.progress.silent_mode);
  CHECK(r.progress.percent == 101);
  CHECK(r.progress.remaining_minutes == 0);
  CHECK(r.progress.change_minutes == 7);
  CHECK_FALSE(is_known(parse("NORMAL MODE: Percent done: 12; print time remaining").progress.percent));
}

TEST_CASE("M7.6: Marlin's zero minutes are used only at the end") {
  const Reply r = parse("echo: M73 Progress: 12%; Time left: 34m; Change: 0m;");
  CHECK(r.progress.percent == 12);
  CHECK(r.progress.remaining_minutes == 34);
  CHECK_FALSE(is_known(r.progress.change_minutes));
  CHECK_FALSE(is_known(parse("echo: M73 Progress: 12%; Time left: 0m; Change: 0m;").progress.remaining_minutes));
  CHECK(parse("echo: M73 Progress: 100%; Time left: 0m; Change: 0m;").progress.remaining_minutes == 0);
}

TEST_CASE("percentages name their heater or axis where the firmware does") {
  CHECK(parse("95%").percent == 95);
  CHECK(parse("95%").percent_of == 0);
  CHECK(parse("FR:90%").percent_of == 'F');
  CHECK(parse("echo:E0 Flow: 105%").percent_of == 'E');
  CHECK(parse("echo:E0 Flow: 105%").percent == 105);
  CHECK(parse("echo:E1 Flow: 105%").kind == ReplyKind::kEcho);
}

TEST_CASE("each part of Marlin's M73 report may be missing, in both of its wordings") {
  for (const char* line : {"echo: M73 Progress: 25%; Time left: 90m; Change: 12m;",
                           "echo:M73 Percent done: 25; Print time remaining in mins: 90; Change in mins: 12;"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kProgress);
    CHECK(parse(line).progress.percent == 25);
    CHECK(parse(line).progress.remaining_minutes == 90);
    CHECK(parse(line).progress.change_minutes == 12);
  }
  const Reply time = parse("echo: M73 Time left: 90m; Change: 12m;");
  CHECK_FALSE(is_known(time.progress.percent));
  CHECK(time.progress.remaining_minutes == 90);
  CHECK(parse("echo: M73 Progress:  100%; Time left: 0m;").progress.remaining_minutes == 0);
  CHECK(parse("echo: M73 whatever").kind == ReplyKind::kEcho);
}

TEST_CASE("a number of M73 without the text behind it may be cut off") {
  CHECK_FALSE(is_known(parse("echo: M73 Progress: 25%; Time left: 9").progress.remaining_minutes));
  CHECK_FALSE(is_known(parse("echo:M73 Percent done: 2").progress.percent));
}

TEST_CASE("Repetier's overrides are percentages") {
  CHECK(parse("SpeedMultiply:110").percent == 110);
  CHECK(parse("SpeedMultiply:110").percent_of == 'F');
  CHECK(parse("FlowMultiply:95").percent_of == 'E');
  CHECK(parse("FlowMultiply:9x").kind == ReplyKind::kEcho);
}

TEST_CASE("a fan report is whole, or torn") {
  CHECK(parse("E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0").is_whole_report);
  CHECK_FALSE(parse("E0:0 RPM PRN1:0 RPM E0@:0 PRN1@").is_whole_report);
  CHECK(parse("E0:0 RPM PRN1:0 RPM E0@:0 PRN1@").is_torn);
  CHECK_FALSE(parse("PRN0:0 RPM").is_whole_report);  // an answer of an MK2.5
}

TEST_CASE("a line of Buddy's progress is a part, and read only if it is whole") {
  CHECK(parse(" Time left: 90m;").progress.is_partial);
  CHECK(parse(" Time left: 90m;").progress.remaining_minutes == 90);
  CHECK(parse(" Change: 12m;").progress.change_minutes == 12);
  CHECK_FALSE(parse("echo: M73 Time left: 90m;").progress.is_partial);
  for (const char* line :
       {" Time left: 9", " Time left: 90m", "Time left: 90m;", " Progress: 5%;", " Change: 12m; more"}) {
    INFO(line);
    CHECK(parse(line).kind != ReplyKind::kProgress);
  }
}
