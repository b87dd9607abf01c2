// Lines recognised by their prefix.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::ReplyKind;

namespace {

gcode::reply::Reply parse(const char* line) {
  return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13"));
}

}  // namespace

TEST_CASE("an echo keeps its text") {
  CHECK(parse("echo:enqueing \"M24\"").text == "enqueing \"M24\"");
  CHECK(parse("echo:  M92 X100.00").text == "M92 X100.00");
  CHECK(parse("echo:MMU2:<R0 A3*..").text == "MMU2:<R0 A3*..");
}

TEST_CASE("a line of the settings report is one, with echo, indented or alone") {
  for (const char* line : {"echo:  M92 X100.00 Y100.00 Z400.00 E280.00", "  M203 X500.00 Y500.00 Z12.00 E120.00",
                           "M204 P1250.00 R1250.00 T1250.00", "echo: M205 X10.00 Y10.00", "echo:M201 X1000 ; limits"}) {
    INFO(line);
    CHECK(parse(line).is_setting);
  }
  for (const char* line : {"echo:M2011 X1", "echo:Steps per unit:", "echo:M206 X0", "M92", "  M851 Z-1"}) {
    INFO(line);
    CHECK_FALSE(parse(line).is_setting);
  }
}

TEST_CASE("a refusal names the refused command") {
  CHECK(parse("echo:Unknown command: \"FOO\"(2)").text == "\"FOO\"(2)");
  CHECK(parse("Unknown G code: G999 ").text == "G999");
  CHECK(parse("Invalid T code.").text == "Invalid T code.");
  CHECK(parse("echo:T9 Invalid extruder").kind == ReplyKind::kUnknownCommand);
  CHECK(parse("echo:M105 Invalid extruder 1").kind == ReplyKind::kUnknownCommand);
}

TEST_CASE("numbers and names that answer a query are answers") {
  for (const char* line :
       {"0.40", "-0.40", "302", "3.13.3", "3.14.0-BETA1+109_c55a4ea1", "MK2.5S", "1_75mm_MK3-EINSy_10a-E3Dv6full",
        "Not in farm mode.", "Reporting endstop status", "filament: TRIGGERED", "Mesh bed leveling not active."}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kAnswer);
    CHECK(parse(line).text == line);
  }
  CHECK(parse("12:").kind == ReplyKind::kUnknown);
  CHECK(parse("1-2").kind == ReplyKind::kUnknown);
}

TEST_CASE("M72 and M78 of 3.14 have numbers") {
  CHECK(parse("PrinterState: 6").number == 6);
  CHECK(parse("STATS 123 min 456 cm.").statistics_minutes == 123);
  CHECK(parse("STATS 123 min 456 cm.").statistics_centimetres == 456);
  CHECK(parse("STATS 123 min").kind == ReplyKind::kUnknown);
}

TEST_CASE("overflow and timeout of the receive buffer are different kinds") {
  CHECK_FALSE(parse("Full RX Buffer").overflow_was_timeout);
  CHECK(parse("RX timeout").overflow_was_timeout);
}

TEST_CASE("a refused command is named without its quotes") {
  const auto named = [](const char* line) {
    return gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect()).named_command;
  };
  CHECK(named("echo:Unknown command: \"M27 P\"(2)") == "M27 P");
  CHECK(named("Unknown M code: M9999") == "M9999");
  CHECK(named("Unknown command:M999") == "M999");
  CHECK(named("echo:T9 Invalid extruder") == "T9 Invalid extruder");
  CHECK(named("echo:SD card ok").empty());
  const auto in_quotes = [](const char* line) {
    return gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect()).names_in_quotes;
  };
  CHECK(in_quotes("echo:Unknown command: \"4\"(2)"));
  CHECK_FALSE(in_quotes("Invalid M code"));
}

TEST_CASE("answers that only their text tells apart have a form") {
  using gcode::reply::AnswerForm;
  const auto parse = [](const char* line) {
    return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13"));
  };
  CHECK(parse("Error:No thermistors - no temperature").answer == AnswerForm::kNoSensors);
  CHECK(parse("area:{full:{min:{x:0}}}").answer == AnswerForm::kArea);
  CHECK(parse("Not in farm mode.").answer == AnswerForm::kNotInFarmMode);
  CHECK(parse("0.40").answer == AnswerForm::kNumber);
  CHECK(parse("0.40").answer_number == 0.4F);
  CHECK(parse("3.13.3-7591").answer == AnswerForm::kOther);
  CHECK(parse("000eff  03 00 01").answer == AnswerForm::kMemory);
  CHECK(parse("000eff  03 00 01").memory.size == 3);
  CHECK(parse("000eff  03 00 01").memory.address == 0xeff);
  CHECK(parse("D3 - Read/Write EEPROM").answer == AnswerForm::kMemoryHeading);
  CHECK(parse("tool0 -> T:25.3 of 0.0").answer == AnswerForm::kTemperatures);
  CHECK(parse("T: none").answer == AnswerForm::kOther);
  CHECK(parse("echo:enqueing \"M24\"").starts_file);
  CHECK_FALSE(parse("echo:enqueing \"M600\"").starts_file);
  CHECK(parse("/SUBDIR/x.gcode").answer == AnswerForm::kRawName);
  CHECK(parse("File opened: x.gcode Size: 5").answer == AnswerForm::kOther);
}
