#include "gcode/command/plain_command.h"

#include <catch2/catch.hpp>

using gcode::command::Command;
using gcode::command::PlainCommand;

namespace {

/// The text that is read for `line`.
std::string plain(std::string_view line) {
  PlainCommand plain;
  return std::string(plain.of(gcode::command::parse_command(line)).text);
}

}  // namespace

TEST_CASE("small letters and comments in brackets are read as firmwares with these options do") {
  CHECK(plain("g1 x10 e.5") == "G1 X10 E.5");
  CHECK(plain("G1 X10 (X99) Y5") == "G1 X10  Y5");
  CHECK(plain("G1 X10 (X99") == "G1 X10");
  CHECK(plain("(move) G1 X10") == "G1 X10");
  CHECK(plain("m104 s0 (off)") == "M104 S0");
  CHECK(plain("(only a comment)").empty());
}

TEST_CASE("number and checksum verdict of a rewritten line stay") {
  PlainCommand plain;
  const Command& command = plain.of(gcode::command::parse_command("N5 g1 x10*8"));
  CHECK(command.is('G', 1));
  CHECK(command.number == 5);
  CHECK(command.checksum == gcode::command::parse_command("N5 g1 x10*8").checksum);
}

TEST_CASE("words and ordinary lines are left as they are") {
  for (const char* line : {"G1 X10", "end_print", "get_status", "t", "g", "PRUSA SN", ""}) {
    INFO(line);
    PlainCommand plain;
    const Command command = gcode::command::parse_command(line);
    CHECK(&plain.of(command) == &command);
  }
  const std::string longest = "g1 x10 " + std::string(100, 'y');
  CHECK(plain(longest) == longest);
}
