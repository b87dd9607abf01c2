// More of them, with the printer's reports between: tests/data/wild/print-host-* and print-card-*.
#include <catch2/catch.hpp>

#include "gcode/command/command.h"
#include "gcode/printer/printer_state.h"

using namespace std::chrono_literals;
using gcode::reply::Sensor;

namespace {

struct Host {
  gcode::printer::PrinterState state;
  gcode::line::Time now = 100s;
  void line(const char* text) {
    state.host_setting(gcode::command::parse_command(text), gcode::dialect::unknown_dialect(), now);
  }
};

}  // namespace

TEST_CASE("what a host sets is known for a day, or until a file from the card begins") {
  Host host;
  for (const char* text : {"M106 S255", "M104 S200", "M140 S60", "M141 S40", "M220 S50", "M221 S90"}) host.line(text);
  const auto knows_all = [&] {
    return host.state.print_fan_duty(host.now) == 1.0F && host.state.target(Sensor::kTool0, host.now) == 200.0F &&
           host.state.target(Sensor::kBed, host.now) == 60.0F && host.state.target(Sensor::kChamber, host.now) == 40.0F;
  };
  CHECK(knows_all());
  CHECK(host.state.feedrate.value == 0.5F);
  CHECK(host.state.flow.value == 0.9F);
  SECTION("a day") {
    host.now += 24h;
    CHECK(knows_all());
    host.now += 1s;
    CHECK_FALSE(host.state.print_fan_duty(host.now));
    CHECK_FALSE(host.state.target(Sensor::kTool0, host.now));
  }
  SECTION("a file") {
    host.line("M24");
    CHECK_FALSE(host.state.print_fan_duty(host.now));
    CHECK_FALSE(host.state.target(Sensor::kTool0, host.now));
    CHECK_FALSE(host.state.target(Sensor::kBed, host.now));
    CHECK_FALSE(host.state.feedrate.known);
    CHECK_FALSE(host.state.flow.known);
  }
}

TEST_CASE("a target that is asked for seldom gives way to what the host has set since") {
  Host host;
  host.state.temperatures[Sensor::kTool0].target.set(200, host.now);
  host.now += 20s;
  CHECK(host.state.target(Sensor::kTool0, host.now) == 200.0F);
  host.state.temperatures[Sensor::kTool0].target.set(200, host.now);
  host.now += 1s;
  host.line("M104 S0");
  host.now += 5s;
  CHECK(host.state.target(Sensor::kTool0, host.now) == 0.0F);
  host.state.temperatures[Sensor::kTool0].target.set(0, host.now);
  host.state.reports_itself = true;
  host.now += 6s;
  CHECK_FALSE(host.state.target(Sensor::kTool0, host.now));
}

TEST_CASE("values out of range are kept within it, and odd tools are none") {
  Host host;
  host.line("M106 S999");
  CHECK(host.state.print_fan_duty(host.now) == 1.0F);
  host.line("M106 S-5");
  CHECK(host.state.print_fan_duty(host.now) == 0.0F);
  host.line("M106 S255 T2");
  CHECK(host.state.print_fan_duty(host.now) == 0.0F);
  host.line("M104 S190");
  host.line("M104 T99 S200");
  host.line("M104 T-1 S200");
  host.line("T99");
  host.line("M104");
  CHECK(host.state.target(Sensor::kTool0, host.now) == 190.0F);
  CHECK(host.state.active_tool == 0);
}
