// `start`, whole or behind a cut line, and the causes of a reset.
#include <catch2/catch.hpp>
#include <string>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::Reply;
using gcode::reply::ReplyKind;
using gcode::reply::ResetCause;

namespace {

Reply parse(std::string_view line) {
  return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13"));
}

}  // namespace

TEST_CASE("P7.23: start is a reset, also after a truncated line") {
  for (const char* line : {"start", "start\r\n", "echo:Hardcoded Defaustart", "okstart", "ostart", "\xff\xff\xffstart",
                           "T:25.5 /0.0start", "ok T:25.5 /0.0 B:start", "X:0.00 Y:start", "E0:0 RPM start"}) {
    INFO(line);
    const Reply r = parse(line);
    CHECK(r.kind == ReplyKind::kStart);
    CHECK_FALSE(r.carries_ok);
  }
}

TEST_CASE("other lines that end with start are not a reset") {
  for (const char* line : {"//action:start", "// action:start", "TM: calibration start", "PID Autotune start",
                           "echo:please start", "echo:restart", "restart", "quickstart", "started"}) {
    INFO(line);
    CHECK(parse(line).kind != ReplyKind::kStart);
  }
}

TEST_CASE("reset causes are read with and without blank and prefix") {
  CHECK(parse(" External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("echo: External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("PowerUp").reset_cause == ResetCause::kPowerOn);
  CHECK(parse(" Brown out Reset").reset_cause == ResetCause::kBrownout);
  CHECK(parse(" Watchdog Reset").reset_cause == ResetCause::kWatchdog);
  CHECK(parse(" Software Reset").reset_cause == ResetCause::kSoftware);
  CHECK(parse(" Software Reset").has_reset_cause);
  CHECK(parse(" Software Reset").kind == ReplyKind::kBoot);
  CHECK_FALSE(parse("adc_init").has_reset_cause);
}

TEST_CASE("a line may be cut off anywhere before a start") {
  for (const std::string_view line :
       {"echo:busy: processing", "Error:checksum mismatch", "Resend: 12", "rs N12", "//action:paused",
        "// action:resumed", "SD printing byte 12/34", "NORMAL MODE: Percent done: 12", "T:25.5 /0.0 B:25.5",
        "X:10.00 Y:20.00", "ok N12 P15 B3", "ok 103", "LCD status changed", "TEST.GCO 12"}) {
    for (std::size_t size = 1; size <= line.size(); ++size) {
      const std::string cut = std::string(line.substr(0, size)) + "start";
      // A word of its own, a word of English, an action of that name, a name that is no entry yet.
      if (line[size - 1] == ' ' || line[size - 1] == ':' || cut == "Restart" || line == "TEST.GCO 12") continue;
      if (cut.ends_with("restart")) continue;
      INFO(cut);
      CHECK(parse(cut).kind == ReplyKind::kStart);
    }
  }
  CHECK(parse("TEST.GCO 12start").kind == ReplyKind::kStart);
}

TEST_CASE("a start may have lost its newline, and blanks or NULs may stand behind it") {
  using namespace std::string_view_literals;
  for (const std::string_view line :
       {"start "sv, "start\0"sv, "\0start"sv, "startecho:Marlin 1.1.9"sv, "start\xff"sv}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kStart);
  }
  CHECK(parse("ok start").kind != ReplyKind::kStart);
  CHECK(parse("Restart").kind != ReplyKind::kStart);
  CHECK(parse("starting").kind != ReplyKind::kStart);
}

TEST_CASE("Repetier's reset cause stands behind Info:") {
  CHECK(parse("Info:External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("Info:PowerUp").has_reset_cause);
  CHECK_FALSE(parse("Info:Autoleveling enabled").has_reset_cause);
}
