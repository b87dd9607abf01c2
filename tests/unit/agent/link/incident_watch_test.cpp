#include "agent/link/incident_watch.h"

#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/relay_rig.h"

namespace {

using namespace std::chrono_literals;
using agent::incident::Incident;
using agent::incident::Kind;
using agent::link::IncidentWatch;

std::string numbered(int number, const std::string& text) {
  std::string line = "N" + std::to_string(number) + ' ' + text;
  unsigned char sum = 0;
  for (const char c : line) sum = static_cast<unsigned char>(sum ^ static_cast<unsigned char>(c));
  return line + '*' + std::to_string(sum) + '\n';
}

/// A host that prints on a relay whose line is watched as a link does it.
struct Rig {
  rig::Rig line;
  IncidentWatch watch;

  explicit Rig(std::string_view firmware = rig::kMarlin21) {
    line.identify(firmware);
    line.attach();
    watch.begin(line.relay());
  }
  void printer(std::string_view text) { line.printer(text); }
  void host(const std::string& text) {
    line.host(text);
    (void)line.to_printer();
  }
  void print(int lines) {
    host(numbered(0, "M110 N0"));
    printer("ok\n");
    host(numbered(1, "M104 S215"));
    printer("ok\n");
    host(numbered(2, "G28"));
    printer("ok\n");
    host(numbered(3, "G92 E0"));
    printer("ok\n");
    for (int number = 4; number <= lines; ++number) {
      host(numbered(number, "G1 X" + std::to_string(number) + " Y2 Z0.3 E" + std::to_string(number) + " F3000"));
      printer("ok\n");
      line.pass(100ms);
    }
  }
  std::optional<Incident> after(gcode::line::Time time) {
    watch.look(line.relay(), line.now);
    line.pass(time);
    watch.look(line.relay(), line.now);
    return watch.take(line.now);
  }
};

TEST_CASE("a printer that restarts in a print is one incident, with its cause and how far the print had come") {
  Rig rig;
  rig.print(50);
  rig.printer("X:50.00 Y:2.00 Z:0.30 E:50.00 Count X:4000 Y:160 Z:120\n");
  rig.watch.look(rig.line.relay(), rig.line.now);
  rig.host(numbered(51, "G1 X51 E51"));
  rig.host(numbered(52, "G1 X52 E52"));
  rig.printer("start\n");
  CHECK_FALSE(rig.after(1s));  // its cause may still come
  rig.printer("echo: Brown out Reset\nMarlin 2.1.2\n");
  std::optional<Incident> found;
  for (int i = 0; i < 60 && !found; ++i) found = rig.after(100ms);
  REQUIRE(found);
  CHECK(found->kind == Kind::kRestart);
  CHECK_THAT(found->sentence, Catch::StartsWith("the printer restarted"));
  REQUIRE(found->print);
  CHECK(found->print->acknowledged == 50);
  CHECK(found->print->sent == 52);
  CHECK(found->print->position_mm[0] == 50);
  CHECK(found->print->position_mm[2] == Approx(0.3));
  CHECK(found->print->planner_moves);
  CHECK(found->print->commanded_mm[0] == 52);  // of the last line, which has no ok
  CHECK(found->print->commanded_mm[2] == Approx(0.3));
  CHECK(found->print->commanded_mm[3] == 52);
  CHECK(found->print->layer == 1);
  CHECK(found->print->layer_height_mm == Approx(0.3));
  CHECK(found->print->elapsed_seconds > 3);
  CHECK_FALSE(rig.after(10s));  // once
}

TEST_CASE("kill, a thermal stop, a power panic, a lost device and a host that vanishes end a print as incidents") {
  struct Case {
    Kind kind;
    std::string_view firmware;
    std::string_view printer;
  };
  const Case one = GENERATE(values<Case>({
      {Kind::kKill, rig::kMarlin21, "Error:Printer halted. kill() called!\n"},
      {Kind::kError, rig::kMarlin21,
       "Error:Thermal Runaway, system stopped! Heater_ID: 0\nError:Printer halted. kill() called!\n"},
      {Kind::kPowerPanic, rig::kPrusa313, "INT4\n"},
      {Kind::kDeviceLost, rig::kMarlin21, ""},
      {Kind::kHostVanished, rig::kMarlin21, ""},
  }));
  INFO(agent::incident::word_of(one.kind));
  Rig rig(one.firmware);
  rig.print(50);
  rig.watch.look(rig.line.relay(), rig.line.now);
  if (one.kind == Kind::kDeviceLost) rig.line.relay().printer_lost(rig.line.now);
  else if (one.kind == Kind::kHostVanished) rig.line.relay().host_closed(rig.line.now);
  else rig.printer(one.printer);
  const auto found = rig.after(3s);
  REQUIRE(found);
  CHECK(found->kind == one.kind);
  REQUIRE(found->print);
  CHECK(found->print->acknowledged == 50);
  CHECK(found->print->commanded_mm[0] == 50);
  CHECK(found->print->layer == 1);
}

TEST_CASE("what a host sends behind the end of its print belongs to no incident") {
  Rig rig;
  rig.print(50);
  rig.printer("Error:Printer halted. kill() called!\n");
  const auto ended_at = rig.line.now;
  rig.line.pass(10ms);
  rig.host(numbered(51, "G1 X51 E51"));
  rig.host(numbered(0, "M110 N0"));
  rig.host(numbered(1, "G1 X99"));
  rig.printer("start\n");
  const auto found = rig.after(3s);
  REQUIRE(found);
  REQUIRE(found->print);
  CHECK(found->print->acknowledged == 50);
  CHECK(found->print->sent == 50);
  CHECK(found->print->commanded_mm[0] == 50);
  CHECK(found->print->ended_at == ended_at);
}

TEST_CASE("the host's M112 ends a print where it was") {
  Rig rig;
  rig.print(50);
  rig.host("M112\n");
  rig.host(numbered(0, "M110 N0"));
  rig.printer("Error:Printer halted. kill() called!\n");
  const auto found = rig.after(3s);
  REQUIRE(found);
  REQUIRE(found->print);
  CHECK(found->print->sent == 50);
}

TEST_CASE("a print that is completed, a restart that was asked for and the owner's release are no incidents") {
  Rig rig;
  rig.print(50);
  for (const char* end : {"M104 S0", "M140 S0", "M84"}) {
    static int number = 51;
    rig.host(numbered(number++, end));
    rig.printer("ok\n");
  }
  CHECK_FALSE(rig.after(30s));
  rig.line.relay().host_closed(rig.line.now);
  CHECK_FALSE(rig.after(3s));
  rig.watch.expect_restart(rig.line.now);
  rig.printer("start\n");
  CHECK_FALSE(rig.after(10s));
  rig.line.attach();
  rig.print(50);
  rig.watch.look(rig.line.relay(), rig.line.now);
  rig.line.relay().printer_lost(rig.line.now);
  rig.watch.expect_end(rig.line.relay());
  CHECK_FALSE(rig.after(10s));
}

TEST_CASE("a storm of resends is one incident, a few resends are none") {
  Rig rig;
  rig.print(20);
  int resends = 0;
  const auto resend = [&] {
    rig.printer("Error:Line Number is not Last Line Number+1, Last Line: 20\nResend: 21\nok\n");
    ++resends;
  };
  while (resends < 9) resend();
  CHECK_FALSE(rig.after(11s));
  std::optional<Incident> found;
  int incidents = 0;
  for (int i = 0; i < 600; ++i) {
    resend();
    if (auto next = rig.after(100ms)) found = std::move(next), ++incidents;
  }
  CHECK(incidents == 1);
  REQUIRE(found);
  CHECK(found->kind == Kind::kResendStorm);
  CHECK_FALSE(found->print);
}

TEST_CASE("the same kind outside prints is reported once in ten minutes") {
  Rig rig;
  const auto restart = [&] {
    rig.printer("start\n");
    std::optional<Incident> found;
    for (int i = 0; i < 100 && !found; ++i) found = rig.after(100ms);
    return found.has_value();
  };
  CHECK(restart());
  CHECK_FALSE(restart());
  rig.line.pass(601s);
  CHECK(restart());
}

}  // namespace
