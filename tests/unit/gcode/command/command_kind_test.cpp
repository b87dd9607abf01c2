// The kinds of command that the relay's accounting depends on.
#include "gcode/command/command.h"

#include <catch2/catch.hpp>
#include <string>

using gcode::command::CommandKind;

namespace {

CommandKind kind(const std::string& line) { return gcode::command::parse_command(line).kind; }

}  // namespace

TEST_CASE("moves are motion") {
  for (const char* line : {"G0 X1", "G1 X1 E1", "G2 I1", "G3 J1", "G01 X1", "N4 G1 X1*93"}) {
    INFO(line);
    CHECK(kind(line) == CommandKind::kMotion);
  }
}

TEST_CASE("commands that wait for temperatures or autotune are heat-and-wait commands") {
  for (const char* line : {"M109 S215", "M190 S60", "M191 S40", "M303 E0 S200", "M860 S35", "M310 A F1"}) {
    INFO(line);
    CHECK(kind(line) == CommandKind::kHeatAndWait);
  }
  CHECK(kind("M310") == CommandKind::kQuery);
  CHECK(kind("M104 S215") == CommandKind::kOther);
}

TEST_CASE("commands that wait for motion, time or a person are blocking") {
  for (const char* line : {"G4 S5", "G28",      "G28 W", "G29",  "G30",  "G76",  "G80",  "G92 X0",     "G92",
                           "M0",    "M1 Click", "M18",   "M84",  "M24",  "M25",  "M125", "M226 P1 S1", "M400",
                           "M600",  "M601",     "M602",  "M603", "M701", "M702", "T0",   "T1",         "T?"}) {
    INFO(line);
    CHECK(kind(line) == CommandKind::kBlocking);
  }
  CHECK(kind("G92 E0") == CommandKind::kOther);
}

TEST_CASE("emergency commands are recognised with and without a line number") {
  for (const char* line : {"M112", "M108", "M410", "M524", "M876 S1", "N12 M112*35", "M108*37"}) {
    INFO(line);
    CHECK(kind(line) == CommandKind::kEmergency);
  }
  CHECK(kind("M1085") == CommandKind::kOther);
}

TEST_CASE("a command that configures a report is not a query") {
  for (const char* line : {"M155 S2 C7", "M155", "M154 S5", "M123 S1", "M27 S1", "M113 S2", "M113"}) {
    INFO(line);
    CHECK(kind(line) == CommandKind::kReport);
  }
  CHECK(kind("M123") == CommandKind::kQuery);
  CHECK(kind("M27") == CommandKind::kQuery);
  CHECK(kind("M27 P") == CommandKind::kQuery);
}

TEST_CASE("queries, listings, uploads and the rest") {
  for (const char* line : {"M31", "M72", "M73", "M73 P5 R10", "M78", "M114", "M115", "M119", "M220", "M221", "M503",
                           "M862.1 Q", "PRUSA SN", "M420", "G81", "D3", "M118 ok"}) {
    INFO(line);
    CHECK(kind(line) == CommandKind::kQuery);
  }
  CHECK(kind("M220 S95") == CommandKind::kOther);
  CHECK(kind("M20 L T") == CommandKind::kListing);
  CHECK(kind("M28 up.gco") == CommandKind::kUploadBegin);
  CHECK(kind("M928 log.g") == CommandKind::kUploadBegin);
  CHECK(kind("M29") == CommandKind::kUploadEnd);
  CHECK(kind("M290 Z0.1") == CommandKind::kOther);
  CHECK(kind("M301") == CommandKind::kPidParameters);
  CHECK(kind("M304 P1") == CommandKind::kPidParameters);
  CHECK(kind("M105") == CommandKind::kTemperature);
  CHECK(kind("M117 M112") == CommandKind::kOther);
  CHECK(kind("hello") == CommandKind::kOther);
  CHECK(kind("N5 *3") == CommandKind::kOther);
}
