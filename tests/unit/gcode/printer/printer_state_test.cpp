#include "gcode/printer/printer_state.h"

#include <catch2/catch.hpp>
#include <string_view>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using namespace std::chrono_literals;
using gcode::line::Time;
using gcode::printer::State;

namespace {

/// A printer that is open and has answered, and the lines that it receives and sends.
struct Line {
  gcode::printer::PrinterState state;
  Time now = 100s;

  Line() {
    state.printer_opened(now);
    printer("start");
    printer("ok");
  }
  gcode::dialect::Dialect dialect = *gcode::dialect::find_dialect("prusa-3.13");

  void host(std::string_view line) { state.host_command(gcode::command::parse_command(line), dialect, now); }
  void printer(std::string_view line) { state.reply(gcode::reply::parse_reply(line, dialect), -1, dialect, now); }
  void pass(Time time) {
    now += time;
    state.tick(now);
  }
};

constexpr std::string_view kHalfDone =
    "NORMAL MODE: Percent done: 50; print time remaining in mins: 30; Change in mins: -1";

}  // namespace

TEST_CASE("a new print does not inherit the progress of the previous one") {
  Line line;
  line.host("N1 G28*18");
  line.printer(kHalfDone);
  REQUIRE(line.state.progress.known);
  SECTION("by a new line number") { line.host("M110 N0"); }
  SECTION("by a new stream after a rest") {
    line.pass(11s);
    REQUIRE_FALSE(line.state.stream_is_open());
    REQUIRE(line.state.progress.known);
    line.host("N1 G28*18");
  }
  SECTION("by another file on the card") { line.printer("File opened: B.GCO Size: 100"); }
  CHECK_FALSE(line.state.progress.known);
}

TEST_CASE("a print keeps its progress over a pause") {
  Line line;
  line.host("N1 G28*18");
  line.printer(kHalfDone);
  line.printer("// action:paused");
  line.pass(60s);
  line.host("N2 G28*17");
  CHECK(line.state.progress.value.percent == 50);
  CHECK(line.state.progress.known);
}

TEST_CASE("M999 restarts a stopped printer, but not a Prusa that drops every line (P 0.7)") {
  const auto* firmware = GENERATE("prusa-3.10", "prusa-3.12");
  Line line;
  line.dialect = *gcode::dialect::find_dialect(firmware);
  line.printer("Error:Printer stopped due to errors. Supervision required.");
  REQUIRE(line.state.halt.is_stopped());
  line.host("M999");
  CHECK(line.state.halt.is_stopped() == line.dialect.stopped_is_unresponsive);
}

TEST_CASE("a position may stand behind an ok, and a line of step counts does not remove it") {
  Line line;
  line.dialect = *gcode::dialect::find_dialect("marlin-2.1");
  line.printer("ok C: X:1.000 Y:2.000 Z:3.000 E:4.000");
  REQUIRE(line.state.position.known);
  CHECK(line.state.position.value.axis[3] == 4);
  line.printer(" Count X:0 Y:0 Z:0");
  line.printer("ok");
  CHECK(line.state.position.value.axis[3] == 4);
}

TEST_CASE("the firmware's name may stand behind an ok, an address alone is no name") {
  Line line;
  line.dialect = *gcode::dialect::find_dialect("marlin-2.1");
  line.printer("ok PROTOCOL_VERSION:0.1 FIRMWARE_NAME:pr3Dator");
  CHECK(line.state.firmware.value.view() == "pr3Dator");
  line.printer("http://octopi.local");
  CHECK(line.state.firmware.value.view() == "pr3Dator");
}

TEST_CASE("Prusa Buddy's progress comes in three lines") {
  Line line;
  line.dialect = *gcode::dialect::find_dialect("marlin-2.1");
  line.printer("echo: M73 Progress: 25%;");
  line.printer(" Time left: 90m;");
  line.printer(" Change: 12m;");
  REQUIRE(line.state.progress.known);
  CHECK(line.state.progress.value.percent == 25);
  CHECK(line.state.progress.value.remaining_minutes == 90);
  CHECK(line.state.progress.value.change_minutes == 12);
  line.printer("echo: M73 Progress: 26%;");
  CHECK_FALSE(gcode::reply::is_known(line.state.progress.value.remaining_minutes));
}
