// Printers that many people have, each with a host that waits for every ok and asks nothing, through the real relay.
#include <catch2/catch.hpp>

#include "tests/sim/ping_pong.h"

using namespace std::chrono_literals;

namespace {

using gcode::printer::Origin;

struct Print {
  Print(std::string_view persona, const std::vector<std::string>& lines) : line(persona) {
    line.power_on();
    line.pass(25s);
    had_temperature = line.agent().printer().temperature_report.known;
    line.open_host();
    line.say("M110 N0");
    for (const std::string& text : lines) {
      // With a number it is rejected: the checksum behind it is cut off.
      if (text.size() > 90) line.say(text);
      else line.say_numbered(text);
    }
    line.pass(12s);
  }

  gcode::relay::LineRelay& agent() { return line.agent(); }
  [[nodiscard]] const sim::PingPong::Seen& seen() const { return line.seen(); }

  sim::PingPong line;
  bool had_temperature = false;  ///< before the print
};

// 45 s and 1 m of x.
std::vector<std::string> print_of(const std::vector<std::string>& between = {}) {
  std::vector<std::string> lines{"G28", "G90", "M83", "M302 P1", "M104 S200", "M109 S200", "G1 X0 Y0 F6000"};
  for (int i = 1; i <= 100; ++i) {
    lines.push_back("G1 X" + std::to_string(i % 2 == 0 ? 0 : 10) + " E0.5 F300");
    if (i == 20) lines.insert(lines.end(), between.begin(), between.end());
  }
  lines.insert(lines.end(), {"M105", "M104 S0", "M84"});
  return lines;
}

}  // namespace

TEST_CASE("each persona is introduced, prints, and its host gets an ok for each line and nothing else") {
  for (const std::string& name : sim::VirtualPrinter::persona_names()) {
    CAPTURE(name);
    Print print(name, print_of());
    CHECK(print.seen().oks == print.seen().sent);
    CHECK(print.seen().sent == print_of().size() + 1);
    CHECK(print.seen().foreign == "");
    CHECK(print.seen().long_waits == 0);
    CHECK(print.agent().commands_in_flight() == 0);
    const bool listens = print.agent().dialect().listen_only;
    CHECK(print.agent().printer().firmware.known);
    CHECK((listens || print.had_temperature));
  }
}

TEST_CASE("firmware that is no Marlin is listened to: the temperatures that its host asks for are read") {
  for (const char* name : {"repetier", "teacup", "reprapfirmware"}) {
    CAPTURE(name);
    Print print(name, print_of());
    CHECK(print.agent().dialect().listen_only);
    CHECK(print.agent().printer().temperature_report.known);
  }
}

TEST_CASE("a stock Ender-3 V2 prints lines with a colon, long lines and comments like any Marlin of 2.0") {
  const std::vector<std::string> odd{"M117 ETA 12:34", "M117 " + std::string(95, 'x'), "G1 X10 F300 ; to the corner",
                                     "G1 X0 F300 ; and back"};
  Print print("ender-3-v2", print_of(odd));
  CHECK(print.agent().dialect().name == "marlin-by-capability");
  CHECK(print.seen().oks == print.seen().sent);
  CHECK(print.seen().long_waits == 0);
  CHECK(print.seen().foreign == "");
  CHECK(print.agent().counters().commands[Origin::kHost] == print.seen().sent);
  CHECK(print.agent().counters().unexpected_oks == 0);
  CHECK(print.agent().counters().missing_oks == 0);
  CHECK(print.agent().commands_in_flight() == 0);
  CHECK(print.agent().prints().started() == 1);
  CHECK(print.agent().prints().travel().travelled_mm()[0] == Approx(1020));
  CHECK(print.agent().printer().temperature_report.known);
}
