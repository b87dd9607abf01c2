// The printer's identity.
#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

using gcode::reply::Reply;
using gcode::reply::ReplyKind;

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

TEST_CASE("a value of M115 ends at the next key, whatever firmware the key is of") {
  const auto fields = gcode::reply::parse_firmware(
      "FIRMWARE_NAME: RepRapFirmware for Duet 2 WiFi/Ethernet FIRMWARE_VERSION: 3.1.1 ELECTRONICS: Duet WiFi 1.02 or later");
  CHECK(fields.name == "RepRapFirmware for Duet 2 WiFi/Ethernet");
  CHECK(fields.version == "3.1.1");
  CHECK(gcode::reply::parse_firmware("FIRMWARE_NAME:a (May 3 2024 10:00:00) MACHINE_TYPE:b K2:c").name ==
        "a (May 3 2024 10:00:00)");
  CHECK(gcode::reply::parse_firmware("FIRMWARE_NAME:a MACHINE_TYPE:b K2:c").machine_type == "b");
  CHECK(gcode::reply::parse_firmware("FIRMWARE_NAME:Smoothieware, X-AXES:5, PROTOCOL_VERSION:1.0 ok").name ==
        "Smoothieware");
  CHECK(gcode::reply::parse_firmware("FIRMWARE_NAME:Smoothieware, X-AXES:5, PROTOCOL_VERSION:1.0 ok").protocol ==
        "1.0");
}

TEST_CASE("an answer to M115 that does not say so is a guess") {
  const Reply anet = parse("ANET; http://www.anet3d.com");
  CHECK(anet.kind == ReplyKind::kFirmware);
  CHECK(anet.is_guess);
  CHECK(gcode::reply::parse_firmware(anet.text).name == "ANET");
  const Reply sunhokey = parse("https://www.sunhokey.com Machine:Prusa I3");
  CHECK(sunhokey.is_guess);
  CHECK(gcode::reply::parse_firmware(sunhokey.text).name == "https://www.sunhokey.com");
  CHECK(gcode::reply::parse_firmware(sunhokey.text).machine_type == "Prusa I3");
  CHECK_FALSE(parse("FIRMWARE_NAME:x").is_guess);
  CHECK(parse("NAME: Malyan VER: 3.7 MODEL: M200").is_guess);
  CHECK_FALSE(parse("PROTOCOL_VERSION:1.0 FIRMWARE_NAME:x").is_guess);
  for (const char* line : {"see https://octoprint.org", "two words; http://x", "ANET; no address", "; http://x"}) {
    INFO(line);
    CHECK(parse(line).kind != ReplyKind::kFirmware);
  }
}

TEST_CASE("an M115 answer behind an ok acknowledges and names the firmware") {
  const Reply r =
      gcode::reply::parse_reply("ok PROTOCOL_VERSION:0.1 FIRMWARE_NAME:pr3Dator", gcode::dialect::unknown_dialect());
  CHECK(r.carries_ok);
  CHECK(r.has_firmware);
  CHECK(gcode::reply::parse_firmware(r.text).name == "pr3Dator");
  CHECK(parse("FIRMWARE_NAME:x").has_firmware);
  CHECK_FALSE(parse("ok").has_firmware);
}
