#include "gcode/printer/travel.h"

#include <catch2/catch.hpp>

using gcode::printer::Travel;

namespace {

Travel after(std::initializer_list<const char*> lines) {
  Travel travel;
  for (const char* line : lines) travel.command(gcode::command::parse_command(line), {});
  return travel;
}

}  // namespace

TEST_CASE("the first move of an axis only sets its position") {
  const auto travel = after({"G1 X50 Y10", "G1 X60", "G1 X40 Y10"});
  CHECK(travel.travelled_mm()[0] == Approx(30));
  CHECK(travel.travelled_mm()[1] == Approx(0));
}

TEST_CASE("relative moves are counted from the first one") {
  const auto travel = after({"G91", "G1 X5 Z.2", "G0 X-5"});
  CHECK(travel.travelled_mm()[0] == Approx(10));
  CHECK(travel.travelled_mm()[2] == Approx(0.2));
}

TEST_CASE("filament is counted in absolute and relative extrusion, and G92 moves nothing") {
  CHECK(after({"M82", "G92 E0", "G1 E1", "G1 E3.5", "G92 E0", "G1 E2"}).extruded_mm() == Approx(5.5));
  CHECK(after({"M83", "G1 E1", "G1 X1 E.5", "G92 E0", "G1 E2"}).extruded_mm() == Approx(3.5));
}

TEST_CASE("retracted filament that is pushed again is not counted twice") {
  CHECK(after({"M83", "G1 E2", "G1 E-.8", "G1 E.8", "G1 E1"}).extruded_mm() == Approx(3));
  CHECK(after({"M83", "G1 E-.8", "G1 E1"}).extruded_mm() == Approx(0.2));
}

TEST_CASE("homing makes the position of its axes unknown") {
  const auto travel = after({"G1 X100 Y100", "G28 X", "G1 X10 Y110", "G1 X20"});
  CHECK(travel.travelled_mm()[0] == Approx(10));
  CHECK(travel.travelled_mm()[1] == Approx(10));
  CHECK(after({"G1 X100", "G28 W", "G1 X10"}).travelled_mm()[0] == Approx(0));
}

TEST_CASE("inches are converted to millimetres") {
  CHECK(after({"G20", "G91", "G1 X1"}).travelled_mm()[0] == Approx(25.4));
  CHECK(after({"G20", "G21", "G91", "G1 X1"}).travelled_mm()[0] == Approx(1));
}

TEST_CASE("an arc counts the travel of each axis along it") {
  // half a circle of radius 10 from (0,0) over (10,10) to (20,0): x 20, y up 10 and down 10
  const auto half = after({"G1 X0 Y0", "G2 X20 Y0 I10 J0"});
  CHECK(half.travelled_mm()[0] == Approx(20));
  CHECK(half.travelled_mm()[1] == Approx(20));
  const auto whole = after({"G1 X0 Y0", "G3 X0 Y0 I10 J0"});
  CHECK(whole.travelled_mm()[0] == Approx(40));
  CHECK(whole.travelled_mm()[1] == Approx(40));
  // a quarter from (0,0) to (10,10) around (10,0), clockwise
  const auto quarter = after({"G1 X0 Y0", "G2 X10 Y10 I10 J0"});
  CHECK(quarter.travelled_mm()[0] == Approx(10));
  CHECK(quarter.travelled_mm()[1] == Approx(10));
  const auto by_radius = after({"G1 X0 Y0", "G2 X20 Y0 R10"});
  CHECK(by_radius.travelled_mm()[0] == Approx(20));
  CHECK(by_radius.travelled_mm()[1] == Approx(20));
}

TEST_CASE("after a restart of the printer the position is unknown and the totals are kept") {
  auto travel = after({"G91", "M83", "G1 X5 E1"});
  travel.printer_restarted();
  travel.command(gcode::command::parse_command("G1 X100 E7"), {});
  CHECK(travel.travelled_mm()[0] == Approx(5));
  CHECK(travel.extruded_mm() == Approx(1));
}

TEST_CASE("a parameter that is not a move is not counted") {
  CHECK(after({"G1 X0", "G1 X99999999"}).travelled_mm()[0] == Approx(0));
}

TEST_CASE("only a command that pushes filament extrudes") {
  CHECK(after({"M83", "G1 X1 E.5"}).is_extruding());
  CHECK_FALSE(after({"M83", "G1 X1 E.5", "G1 E-1"}).is_extruding());
  CHECK_FALSE(after({"M83", "G1 X1 E.5", "M105"}).is_extruding());
}

TEST_CASE("the last move has its way, its feedrate and the length of its arc") {
  gcode::printer::Travel travel;
  const auto run = [&](std::string_view line) {
    travel.command(gcode::command::parse_command(line), gcode::dialect::ExtruderMode::kByLast);
  };
  for (const char* line : {"G92 X0 Y0 Z0 E0", "G1 X3 Y4 E1 F600"}) run(line);
  CHECK(travel.moves() == 1);
  CHECK(travel.last_move().way == std::array<double, 4>{3, 4, 0, 1});
  CHECK(travel.last_move().feedrate == Approx(10));
  run("M204 S500");
  CHECK(travel.moves() == 1);
  run("G2 X3 Y4 I10 J0");  // a whole turn; F holds
  CHECK(travel.moves() == 2);
  CHECK(travel.last_move().arc_mm == Approx(62.83).epsilon(0.001));
  CHECK(travel.last_move().feedrate == Approx(10));
  for (const char* line : {"G20", "G1 X0 F60"}) run(line);
  CHECK(travel.last_move().feedrate == Approx(25.4));
  CHECK(travel.last_move().arc_mm == 0);
}
