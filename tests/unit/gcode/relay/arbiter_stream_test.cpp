// How far a print had come when it ended.
#include <catch2/catch.hpp>

#include "relay_rig.h"

namespace {

using namespace rig;

/// A host prints 40 moves on a printer that acknowledges all of them.
struct Print {
  Rig rig;
  int number = 0;

  Print() {
    rig.attach();
    rig.identify(kPrusa313);
    for (const char* line : {"M104 S215", "G92 E0", "G90", "M83", "G1 Z0.2 F3000"}) send(line);
    for (int x = 1; x <= 40; ++x) send("G1 X" + std::to_string(x) + " Y7 E0.2");
  }
  void write(const std::string& line) {
    rig.host("N" + std::to_string(++number) + " " + line + "\n");
    rig.to_printer();
  }
  void send(const std::string& line) {
    write(line);
    rig.pass(3ms);
    rig.printer("ok\n");
    rig.pass(50ms);
  }
};

TEST_CASE("an event that may end a print leaves how far the print had come") {
  Print print;
  print.write("G1 X41 E0.2");
  print.write("G1 X42 E0.2");
  const auto is_kept = [&] {
    const auto& at = print.rig.relay().stream_position();
    CHECK(at.at == print.rig.now);
    CHECK(at.acknowledged == print.number - 2);
    CHECK(at.sent == print.number);
    CHECK(at.planner_blocks);
    CHECK(at.position_known == std::array<bool, 4>{true, true, true, true});
    CHECK(at.position_mm[0] == 42);
    CHECK(at.position_mm[2] == Approx(0.2));
    CHECK(at.position_mm[3] == Approx(42 * 0.2));
    CHECK(at.extruder_is_relative);
    CHECK(at.layer == 1);
    CHECK(at.layer_height_mm == Approx(0.2));
  };
  SECTION("the printer restarts") { print.rig.printer("start\n"); }
  SECTION("the printer is killed") { print.rig.printer("Error:Printer halted. kill() called!\n"); }
  SECTION("the power fails") { print.rig.printer("INT4\n"); }
  SECTION("the device is lost") { print.rig.relay().printer_lost(print.rig.now); }
  SECTION("the host leaves") { print.rig.relay().host_closed(print.rig.now); }
  SECTION("the host sends M112") { print.rig.host("M112\n"); }
  is_kept();
  print.rig.pass(1s);
  print.rig.printer("start\n");
  CHECK(print.rig.relay().stream_position().sent == print.number);
}

TEST_CASE("an ordinary line of a print changes nothing of it") {
  Print print;
  print.send("M105");
  print.rig.printer("echo:busy: processing\nError:checksum mismatch, Last Line: 45\nResend: 46\nok\n");
  CHECK(print.rig.relay().stream_position().sent == -1);
}

}  // namespace
