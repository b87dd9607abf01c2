// The printer's identity and its reset cause.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::Reply;
using gcode::reply::ReplyKind;
using gcode::reply::ResetCause;

namespace {

Reply parse(std::string_view line) {
  return gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13"));
}

}  // namespace

TEST_CASE("P7.19: M115 gives name, machine and protocol") {
  const std::string_view line =
      "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware "
      "PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000\n";
  const Reply r = parse(line);
  CHECK(r.kind == ReplyKind::kFirmware);
  const gcode::reply::FirmwareFields fields = gcode::reply::parse_firmware(r.text);
  CHECK(fields.name == "Prusa-Firmware 3.13.3 based on Marlin");
  CHECK(fields.machine_type == "Prusa i3 MK3S");
  CHECK(fields.protocol == "1.0");
  CHECK(fields.glued_capability.empty());
}

TEST_CASE("3.14 prints the first capability on the identity line") {
  const gcode::reply::FirmwareFields fields = gcode::reply::parse_firmware(
      "FIRMWARE_NAME:Prusa-Firmware 3.14.0-BETA1+109_c55a4ea1 based on Marlin FIRMWARE_URL:x PROTOCOL_VERSION:1.0 "
      "MACHINE_TYPE:My Printer EXTRUDER_COUNT:1Cap:AUTOREPORT_TEMP:1");
  CHECK(fields.name == "Prusa-Firmware 3.14.0-BETA1+109_c55a4ea1 based on Marlin");
  CHECK(fields.machine_type == "My Printer");
  CHECK(fields.glued_capability == "AUTOREPORT_TEMP:1");
}

TEST_CASE("Marlin's identity has other keys") {
  const gcode::reply::FirmwareFields fields = gcode::reply::parse_firmware(
      "FIRMWARE_NAME:Marlin 2.1.2 (Nov 21 2026 01:27:30) SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 "
      "MACHINE_TYPE:SimRap EXTRUDER_COUNT:1 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff");
  CHECK(fields.name == "Marlin 2.1.2 (Nov 21 2026 01:27:30)");
  CHECK(fields.machine_type == "SimRap");
  CHECK(gcode::reply::parse_firmware("nothing of the kind").name.empty());
}

TEST_CASE("capabilities have name and value, truncated ones are ignored") {
  const Reply on = parse("Cap:AUTOREPORT_TEMP:1");
  CHECK(on.text == "AUTOREPORT_TEMP");
  CHECK(on.capability_on);
  CHECK_FALSE(parse("Cap:SDCARD:0").capability_on);
  CHECK(parse("Cap:AUTOREPORT_TE").kind == ReplyKind::kEcho);
  CHECK(parse("Cap:AUTOREPORT_TEMP:").kind == ReplyKind::kEcho);
}

TEST_CASE("a serial number must have Prusa's form") {
  CHECK(parse("CZPX0917X003XC13518").text == "CZPX0917X003XC13518");
  CHECK(parse("CZPX4720X004XC34242\n").kind == ReplyKind::kSerialNumber);
  CHECK(parse("SN invalid").kind == ReplyKind::kSerialNumber);
  CHECK(parse("SN invalid").text.empty());
  CHECK(parse("CZPX0917X003XC1351").kind == ReplyKind::kUnknown);
  CHECK(parse("CZPX0917X003XC135181").kind == ReplyKind::kUnknown);
}

TEST_CASE("P7.23: start is a reset, also after a truncated line") {
  for (const char* line : {"start", "start\r\n", "echo:Hardcoded Defaustart", "okstart", "ostart", "\xff\xff\xffstart",
                           "T:25.5 /0.0start", "ok T:25.5 /0.0 B:start", "X:0.00 Y:start", "E0:0 RPM start"}) {
    INFO(line);
    const Reply r = parse(line);
    CHECK(r.kind == ReplyKind::kStart);
    CHECK_FALSE(r.carries_ok);
  }
}

TEST_CASE("other lines that end with start are not a reset") {
  for (const char* line : {"//action:start", "// action:start", "TM: calibration start", "PID Autotune start",
                           "echo:please start", "echo:start", "echo:restart", "restart", "quickstart", "started"}) {
    INFO(line);
    CHECK(parse(line).kind != ReplyKind::kStart);
  }
}

TEST_CASE("reset causes are read with and without blank and prefix") {
  CHECK(parse(" External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("echo: External Reset").reset_cause == ResetCause::kExternal);
  CHECK(parse("PowerUp").reset_cause == ResetCause::kPowerOn);
  CHECK(parse(" Brown out Reset").reset_cause == ResetCause::kBrownout);
  CHECK(parse(" Watchdog Reset").reset_cause == ResetCause::kWatchdog);
  CHECK(parse(" Software Reset").reset_cause == ResetCause::kSoftware);
  CHECK(parse(" Software Reset").has_reset_cause);
  CHECK(parse(" Software Reset").kind == ReplyKind::kBoot);
  CHECK_FALSE(parse("adc_init").has_reset_cause);
}
