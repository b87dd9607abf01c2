// Progress and remaining time from the M73 lines of a host's file: the only source on firmware without such reports.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

/// Sends numbered lines and acknowledges each one.
struct Print {
  Rig r;
  int number = 0;
  explicit Print(std::string_view firmware) : r(known_rig(firmware)) { begin(); }

  void begin() {
    number = 0;
    r.host("M110 N0\n");
    acknowledge("ok\n");
  }
  void acknowledge(std::string_view answer) {
    r.to_printer();
    r.printer(answer);
    r.to_host();
  }
  void line(const std::string& text, std::string_view answer = "ok\n") {
    r.host(numbered(++number, text));
    acknowledge(answer);
  }
  void move() { line("G1 X" + std::to_string(number) + " E1"); }
  void silence() {
    for (int i = 0; i < 15 * 4; ++i) {
      r.pass(250ms);
      if (const std::string injected = r.to_printer(); !injected.empty()) r.answer(injected, kMarlin21);
    }
  }
  [[nodiscard]] const gcode::printer::PrinterState& printer() { return r.relay().printer(); }
};

}  // namespace

TEST_CASE("M73 of a file sets progress and remaining time on a Marlin that does not report them") {
  Print p(kMarlin21);
  p.line("M73 P0 R31");  // before a print is detected
  REQUIRE(p.printer().progress.known);
  CHECK(p.printer().progress.value.percent == 0);
  CHECK(p.printer().progress.value.remaining_minutes == 31);
  p.line("M104 S200");
  p.move();
  p.line("M73 P12");
  CHECK(p.printer().progress.value.percent == 12);
  CHECK(p.printer().progress.value.remaining_minutes == 31);
  p.line("M73 R20 C3");
  CHECK(p.printer().progress.value.percent == 12);
  CHECK(p.printer().progress.value.remaining_minutes == 20);
  CHECK(p.printer().progress.value.change_minutes == 3);
  p.line("M73 Q50 S99");  // Prusa's silent mode
  p.line("M73");
  CHECK(p.printer().progress.value.percent == 12);
  CHECK(p.printer().progress.value.remaining_minutes == 20);
  p.line("M73 P250");
  CHECK(p.printer().progress.value.percent == 100);
}

TEST_CASE("progress from a file survives a pause of its stream and is cleared after the print") {
  Print p(kMarlin21);
  p.line("M104 S200");
  p.move();
  p.line("M73 P40 R20");
  p.silence();
  CHECK(p.printer().progress.known);
  p.move();
  CHECK(p.printer().progress.value.percent == 40);
  SECTION("the host leaves") { p.r.relay().host_closed(p.r.now); }
  SECTION("another print begins") { p.begin(); }
  SECTION("the file is at its end") {
    p.line("M73 P100 R0");
    p.line("M104 S0");
    p.silence();
    REQUIRE_FALSE(p.r.relay().prints().is_printing());
    CHECK(p.r.state() == gcode::printer::State::kFinished);
  }
  SECTION("the printer cancels it") {
    p.r.printer("//action:cancel\n");
    p.r.pass(300ms);
  }
  CHECK_FALSE(p.printer().progress.known);
}

TEST_CASE("a new numbering after M73 P100 also completes the print") {
  Print p(kMarlin21);
  p.line("M104 S200");
  p.move();
  p.line("M73 P100 R0");
  p.r.host("N-1 M110*15\n");
  p.acknowledge("ok\n");
  CHECK(p.r.state() == gcode::printer::State::kFinished);
}

TEST_CASE("on Prusa firmware the reported progress counts, not M73 of the file") {
  Print p(kPrusa39);
  p.line("M104 S200");
  p.line("M73 P40 R20", "NORMAL MODE: Percent done: 41; print time remaining in mins: 19; Change in mins: -1\nok\n");
  p.line("M73 P50 R10");
  CHECK(p.printer().progress.value.percent == 41);
}

TEST_CASE("M73 in an upload to the card, or sent while idle, is ignored") {
  Print p(kMarlin21);
  p.r.host("M73 P40 R20\n");
  p.acknowledge("ok\n");
  CHECK_FALSE(p.printer().progress.known);
  p.r.host("M28 A.GCO\n");
  p.acknowledge("Writing to file: A.GCO\nok\n");
  p.line("M73 P40 R20");
  CHECK_FALSE(p.printer().progress.known);
}
