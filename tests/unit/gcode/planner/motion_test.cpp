#include "gcode/planner/motion.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace {

using gcode::planner::Motion;
using gcode::planner::Segment;

const gcode::dialect::Dialect& marlin() { return *gcode::dialect::find_dialect("marlin-2.1"); }
const gcode::dialect::Dialect& prusa() { return *gcode::dialect::find_dialect("prusa-3.13"); }

void set(Motion& motion, std::string_view line) { motion.setting(gcode::command::parse_command(line)); }
gcode::printer::Move by(double x, double y, double z, double e, double feedrate = 50) {
  return {{x, y, z, e}, 0, feedrate};
}

TEST_CASE("a move has the speed of its F, of M220 and of the slowest axis") {
  Motion motion;
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).speed == Approx(50));
  set(motion, "M220 S200");
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).speed == Approx(100));
  set(motion, "M203 X30");
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).speed == Approx(30));
  CHECK(motion.segment(by(10, 10, 0, 0), marlin()).speed == Approx(30 * std::sqrt(2)));
}

TEST_CASE("M204 tells print, retract and travel apart, and M201 limits them") {
  Motion motion;
  set(motion, "M204 P800 R1500 T1200");
  CHECK(motion.segment(by(10, 0, 0, 1), marlin()).accel == Approx(800));
  CHECK(motion.segment(by(0, 0, 0, 1), marlin()).accel == Approx(1500));
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).accel == Approx(1200));
  set(motion, "M204 S500");
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).accel == Approx(500));
  set(motion, "M201 X300");
  CHECK(motion.segment(by(10, 0, 0, 1), marlin()).accel == Approx(300));
}

TEST_CASE("a move of fewer than six steps is added to the next") {
  Motion motion;
  set(motion, "M92 X100 Y100 Z400 E280");
  CHECK(motion.segment(by(0.03, 0, 0, 0), marlin()).pieces == 0);
  const Segment both = motion.segment(by(0.03, 0, 0, 0), marlin());
  CHECK(both.pieces == 1);
  CHECK(both.length == Approx(0.06));
  set(motion, "M221 S50");
  CHECK(motion.segment(by(0, 0, 0, 0.03), marlin()).pieces == 0);  // 4 steps of filament
}

TEST_CASE("a move begins and ends with 120 steps a second at least") {
  Motion motion;
  set(motion, "M92 X5 Y5 Z50 E10");
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).least == Approx(24));
  CHECK(motion.segment(by(10, 10, 0, 0), marlin()).least == Approx(24 * std::sqrt(2)));
  CHECK(motion.segment(by(0, 0, 0, 5), marlin()).least == Approx(12));
  set(motion, "M92 X80 Y80 Z400 E500");
  CHECK(motion.segment(by(10, 0, 0, 0), marlin()).least == Approx(1.5));
  gcode::printer::Move circle = by(0, 0, 0, 0);
  circle.arc_mm = 30;
  CHECK(motion.segment(circle, marlin()).least == Approx(1.5));
}

TEST_CASE("straight on the corner keeps its speed, back it stops") {
  for (const auto* dialect : {&marlin(), &prusa()}) {
    Motion motion;
    set(motion, "M205 X8 Y8");
    CHECK(motion.segment(by(10, 0, 0, 0), *dialect).corner2 < 1);  // from rest
    CHECK(std::sqrt(motion.segment(by(10, 0, 0, 0), *dialect).corner2) == Approx(50));
    CHECK(std::sqrt(motion.segment(by(0, 10, 0, 0), *dialect).corner2) < 15);
    CHECK(std::sqrt(motion.segment(by(0, -10, 0, 0), *dialect).corner2) < 5);
    motion.stopped();
    CHECK(motion.segment(by(0, -10, 0, 0), *dialect).corner2 < 1);
  }
}

TEST_CASE("an arc is cut into pieces of a millimetre") {
  Motion motion;
  gcode::printer::Move arc = by(20, 0, 0, 1);
  arc.arc_mm = 31.4;
  const Segment segment = motion.segment(arc, marlin());
  CHECK(segment.pieces == 31);
  CHECK(segment.length * segment.pieces == Approx(31.4));
}

TEST_CASE("a setting without a value or with nonsense changes nothing") {
  Motion motion;
  for (const char* line : {"M220", "M203 X", "M204 P-5", "M92 X0", "M201 ; all", "M203 X999999999999999",
                           "M204 P.0000001", "M205 J0.01", "G1 X5"})
    set(motion, line);
  const Segment segment = motion.segment(by(10, 0, 0, 1), marlin());
  CHECK(segment.speed == Approx(50));
  CHECK(segment.accel == Approx(3000));
}

}  // namespace
