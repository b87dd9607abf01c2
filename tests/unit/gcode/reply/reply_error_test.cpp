// Faults, numbering errors and resends.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::ErrorKind;
using gcode::reply::Reply;
using gcode::reply::ReplyKind;
using gcode::reply::ResendReason;

namespace {

Reply prusa(const char* line) { return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13")); }
Reply marlin(const char* line) { return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("marlin-2.1")); }

}  // namespace

TEST_CASE("P7.6: numbering errors have their reason and the last good line") {
  const Reply checksum = prusa("Error:checksum mismatch, Last Line: 41");
  CHECK(checksum.kind == ReplyKind::kError);
  CHECK(checksum.is_number_error);
  CHECK(checksum.resend_reason == ResendReason::kChecksum);
  CHECK(checksum.number == 41);
  CHECK_FALSE(checksum.carries_ok);
  CHECK_FALSE(checksum.stops_printer);
  CHECK(prusa("Error:Line Number is not Last Line Number+1, Last Line: 4").resend_reason == ResendReason::kLineNumber);
  CHECK(prusa("Error:No Checksum with line number, Last Line: -1").resend_reason == ResendReason::kNoChecksum);
  CHECK(prusa("Error:No Checksum with line number, Last Line: -1").number == -1);
  CHECK(prusa("Error:No Line Number with checksum, Last Line: 14").resend_reason == ResendReason::kNoLineNumber);
  CHECK(prusa("Error:No Line Number with checksum, Last Line: 14").is_number_error);
}

TEST_CASE("M2.4: on Marlin 1.0 a checksum without number is an error that no Resend follows") {
  const Reply r = gcode::reply::parse_reply("Error:No Line Number with checksum, Last Line: 6",
                                            *gcode::dialect::find_dialect("marlin-1.0"));
  CHECK(r.kind == ReplyKind::kError);
  CHECK_FALSE(r.is_number_error);
}

TEST_CASE("P7.16: a Resend has the number of the requested line") {
  CHECK(prusa("Resend: 5").kind == ReplyKind::kResend);
  CHECK(prusa("Resend: 5").number == 5);
  CHECK(prusa("Resend: 5\n").number == 5);
  CHECK(marlin("rs 12").number == 12);
  CHECK(marlin("Resend:N12").number == 12);
}

TEST_CASE("a truncated Resend is still a Resend, without its number") {
  CHECK(prusa("Resend:").kind == ReplyKind::kResend);
  CHECK(prusa("Resend:").number == -1);
  CHECK(prusa("Resend").kind != ReplyKind::kResend);
}

TEST_CASE("Prusa's faults have their kinds") {
  CHECK(prusa("Error:0: Heaters switched off. MINTEMP triggered!").error == ErrorKind::kMintemp);
  CHECK(prusa("Error:Heaters switched off. MINTEMP BED triggered!").error == ErrorKind::kMintemp);
  CHECK(prusa("Error:0: Heaters switched off. MAXTEMP triggered!").error == ErrorKind::kMaxtemp);
  CHECK(prusa("Error: HOTEND THERMAL RUNAWAY").error == ErrorKind::kThermalRunaway);
  CHECK(prusa("Error: HEATBED THERMAL RUNAWAY").error == ErrorKind::kThermalRunaway);
  CHECK(prusa("Error: THERMAL RUNAWAY (PREHEAT HOTEND)").error == ErrorKind::kPreheat);
  CHECK(prusa("TM: error triggered!").error == ErrorKind::kThermalModel);
  CHECK(prusa("Hotend fan speed is lower than expected").error == ErrorKind::kFanHotend);
  CHECK(prusa("Extruder fan speed is lower then expected").error == ErrorKind::kFanHotend);
  CHECK(prusa("Print fan speed is lower than expected").error == ErrorKind::kFanPrint);
  CHECK(prusa("Bed leveling failed. Sensor didn't trigger. Debris on nozzle? Waiting for reset.").error ==
        ErrorKind::kBedLeveling);
  CHECK(prusa("Error:Excessive bed leveling correction: 120 microns").error == ErrorKind::kBedLeveling);
  CHECK(prusa("TMC DRIVER OVERTEMP1").error == ErrorKind::kDriverOvertemp);
  CHECK(prusa("Error:volume.init failed").error == ErrorKind::kSd);
  CHECK(prusa("Error:error writing to file").error == ErrorKind::kSd);
  CHECK(prusa("Error:enqueing \"G1\" failed: Buffer full!").error == ErrorKind::kOther);
  for (const char* line : {"TM: error triggered!", "Print fan speed is lower than expected", "TMC DRIVER OVERTEMP1"}) {
    CHECK(prusa(line).kind == ReplyKind::kError);
  }
}

TEST_CASE("a thermal model deviation is reported four times a second and is not counted as a fault") {
  CHECK(prusa("TM: error |-1.214060|>1.200000").kind == ReplyKind::kEcho);
  CHECK(prusa("TM: error cleared").kind == ReplyKind::kEcho);
}

TEST_CASE("P7.14: an error that stops the printer is marked, with either prefix") {
  CHECK(prusa("Error:Printer stopped due to errors. Supervision required.").stops_printer);
  CHECK(prusa("echo:Printer stopped due to errors. Supervision required.").stops_printer);
  CHECK(prusa("echo:Printer stopped due to errors. Supervision required.").error == ErrorKind::kStopped);
  CHECK(prusa("Error:Printer halted. kill() called!").stops_printer);
  CHECK(prusa("Error:Printer halted. kill() called!").error == ErrorKind::kKilled);
  CHECK_FALSE(prusa("Hotend fan speed is lower than expected").stops_printer);
}

TEST_CASE("a kill is counted once, by the line that names it") {
  CHECK(prusa("M112 called. Emergency Stop.").kind == ReplyKind::kEcho);
  CHECK(prusa("KILL: 2").kind == ReplyKind::kEcho);
  CHECK(marlin("echo:M112 Shutdown").kind == ReplyKind::kEcho);
}

TEST_CASE("M6.6: Marlin's faults have their kinds and stop the printer") {
  CHECK(marlin("Error:Heating failed, system stopped! Heater_ID: E0").error == ErrorKind::kPreheat);
  CHECK(marlin("Error:Heating failed, system stopped! Heater_ID: E0").stops_printer);
  CHECK(marlin("Error:Thermal Runaway, system stopped! Heater_ID: bed").error == ErrorKind::kThermalRunaway);
  CHECK(marlin("Error:MAXTEMP triggered, system stopped! Heater_ID: E0").error == ErrorKind::kMaxtemp);
  CHECK(marlin("Error:MINTEMP triggered, system stopped! Heater_ID: bed").error == ErrorKind::kMintemp);
}

TEST_CASE("M6.7: the fault that Marlin 1.0 splits over two lines is counted once") {
  CHECK(marlin("Error:0").kind == ReplyKind::kEcho);
  const Reply second = marlin(": Extruder switched off. MINTEMP triggered !");
  CHECK(second.kind == ReplyKind::kError);
  CHECK(second.error == ErrorKind::kMintemp);
}

TEST_CASE("M5.7: a move that Marlin refuses after M999 is chatter, and its ok still comes") {
  const Reply r = marlin(
      "Printer stopped due to errors. Fix the error and use M999 to restart. (Temperature is reset. Set it after restarting)");
  CHECK(r.kind == ReplyKind::kEcho);
  CHECK_FALSE(r.stops_printer);
}

TEST_CASE("Repetier's numbering errors are announced resends, with the last line where it is told") {
  const auto parse = [](const char* line) {
    return gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect());
  };
  using gcode::reply::ResendReason;
  CHECK(parse("Error:expected line 12 got 11").is_number_error);
  CHECK(parse("Error:expected line 12 got 11").resend_reason == ResendReason::kLineNumber);
  CHECK(parse("Error:expected line 12 got 11").number == 11);
  CHECK(parse("Error:Wrong checksum").resend_reason == ResendReason::kChecksum);
  CHECK(parse("Error:Missing checksum").resend_reason == ResendReason::kNoChecksum);
  CHECK(parse("Error:Format error").is_number_error);
  CHECK(parse("Serial Error: checksum mismatch, Last Line: 7").number == 7);
}
