// Power panic, host actions, crashes, run-outs, busy.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::HostAction;
using gcode::reply::Reply;
using gcode::reply::ReplyKind;

namespace {

Reply prusa(const char* line) { return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13")); }
Reply marlin(const char* line) { return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("marlin-2.1")); }

}  // namespace

TEST_CASE("P7.25: INT4 is a power panic wherever the interrupt inserted it") {
  for (const char* line : {"INT4", "T:25.5 /0INT4", "okINT4", "echo:busy: procINT4", "X:0.00 INT4 Y:0.00",
                           "LCD staINT4\r\n", "LCD STINT4"}) {
    INFO(line);
    const Reply r = prusa(line);
    CHECK(r.kind == ReplyKind::kPowerPanic);
    CHECK_FALSE(r.carries_ok);
    CHECK(r.temperatures.count == 0);
  }
}

TEST_CASE("a file called PRINT4 or INT4 is not a power panic, and Marlin has none") {
  CHECK(prusa("PRINT4.GCO 75").kind == ReplyKind::kListEntry);
  CHECK(prusa("INT4.GCO 75").kind == ReplyKind::kListEntry);
  CHECK(prusa("PRINT4").kind != ReplyKind::kPowerPanic);
  CHECK(prusa("File opened: /INT4.GCO Size: 7").kind == ReplyKind::kSdFile);
  CHECK(marlin("INT4").kind == ReplyKind::kUnknown);
}

TEST_CASE("host actions are read with and without the blank, with their parameters") {
  CHECK(prusa("// action:paused").action == HostAction::kPaused);
  CHECK(prusa("//action:paused").action == HostAction::kPaused);
  CHECK(prusa("// action:cancel").action == HostAction::kCancel);
  CHECK(prusa("//action:resume").action == HostAction::kResume);
  CHECK(prusa("//action:resumed").action == HostAction::kResumed);
  CHECK(prusa("//action:pause").action == HostAction::kPause);
  CHECK(prusa("//action:start").action == HostAction::kStart);
  CHECK(prusa("//action:start").kind == ReplyKind::kAction);
  CHECK(prusa("//action:ready").action == HostAction::kReady);
  CHECK(prusa("//action:not_ready").action == HostAction::kNotReady);
  CHECK(prusa("//action:uvlo_auto_recovery_ready").action == HostAction::kUvloRecoveryReady);
  CHECK(prusa("//action:dump_available").action == HostAction::kOther);
}

TEST_CASE("M8.4: Marlin's paused action carries a run-out, and prompts keep their text") {
  const Reply r = marlin("//action:paused filament_runout 0\r\n");
  CHECK(r.action == HostAction::kPaused);
  CHECK(r.text == "filament_runout 0");
  CHECK(marlin("//action:prompt_begin Click please").action == HostAction::kOther);
  CHECK(marlin("//action:prompt_begin Click please").text == "prompt_begin Click please");
}

TEST_CASE("M7.9: a comment from M118 is not a host action") {
  CHECK(marlin("// P0 action:x").kind == ReplyKind::kEcho);
  CHECK(marlin("//text").kind == ReplyKind::kEcho);
}

TEST_CASE("crashes name their axis, recovery is chatter") {
  CHECK(prusa("echo:enqueing \"CRASH_DETECTEDX\"").crash_axis == gcode::reply::CrashAxis::kX);
  CHECK(prusa("echo:enqueing \"CRASH_DETECTEDY\"").crash_axis == gcode::reply::CrashAxis::kY);
  CHECK(prusa("echo:enqueing \"CRASH_DETECTEDXY\"").crash_axis == gcode::reply::CrashAxis::kXy);
  CHECK(prusa("echo:enqueing \"CRASH_RECOVER\"").kind == ReplyKind::kEcho);
  CHECK(prusa("echo:enqueing \"CRASH_DETECTEDX").kind == ReplyKind::kEcho);
}

TEST_CASE("only an M600 that the firmware inserts is a run-out") {
  CHECK(prusa("echo:Enqueing to the front: \"M600\"").kind == ReplyKind::kRunout);
  CHECK(prusa("echo:Enqueing to the front: \"G28 W\"").kind == ReplyKind::kEcho);
}

TEST_CASE("P7.24: busy has its reason") {
  CHECK(prusa("echo:busy: processing").busy == gcode::reply::BusyReason::kProcessing);
  CHECK(prusa("echo:busy: paused for user").busy == gcode::reply::BusyReason::kUser);
  CHECK(prusa("echo:busy: paused for input").busy == gcode::reply::BusyReason::kInput);
}

TEST_CASE("cold extrusion is recognised in both firmwares") {
  CHECK(prusa("echo: cold extrusion prevented").cold_extrusion);
  CHECK(marlin("echo: cold extrusion prevented").cold_extrusion);
  CHECK_FALSE(prusa("echo: too long extrusion prevented").cold_extrusion);
}

TEST_CASE("P7.22: MeatPack's answer reports whether packing is on") {
  CHECK(prusa(" [MP] PV01 ON ESP").meatpack_on);
  CHECK(prusa(" [MP] PV01 ON NSP").kind == ReplyKind::kMeatPack);
  CHECK_FALSE(prusa(" [MP] PV01 OFF ESP").meatpack_on);
}
