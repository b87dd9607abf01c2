// The tables of habits: names and answers as in public bug reports, and the personas that are made of them.
#include "tests/sim/printer_habits.h"

#include <algorithm>
#include <array>

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kCapabilities =
    "Cap:SERIAL_XON_XOFF:0\nCap:EEPROM:1\nCap:VOLUMETRIC:1\nCap:AUTOREPORT_TEMP:1\nCap:PROGRESS:0\nCap:PRINT_JOB:1\n"
    "Cap:AUTOLEVEL:0\nCap:Z_PROBE:0\nCap:LEVELING_DATA:0\nCap:BUILD_PERCENT:0\nCap:SOFTWARE_POWER:0\n"
    "Cap:TOGGLE_LIGHTS:0\nCap:CASE_LIGHT_BRIGHTNESS:0\nCap:EMERGENCY_PARSER:0\nCap:AUTOREPORT_SD_STATUS:0\n";

FirmwareTraits derived(std::string_view firmware, std::string_view name) {
  FirmwareTraits row = *find_firmware(firmware);
  row.name = name;
  return row;
}

// A Marlin of 2.0 with one hotend and reports, as vendors ship it.
Persona vendor_marlin(std::string_view name, const std::string& identity_line, std::string boot) {
  Persona persona{name, derived("marlin-2.1.2-plain", name), {}};
  persona.traits.keepalive = persona.traits.autoreport = true;
  persona.habits.identity = identity_line + "\n" + std::string(kCapabilities);
  persona.habits.boot = std::move(boot);
  return persona;
}

Persona other(std::string_view name, const OtherFirmware& firmware) {
  Persona persona{name, derived("marlin-1.1.9", name), {}};
  persona.traits.keepalive = persona.traits.autoreport = false;
  persona.habits.identity = firmware.identity;
  persona.habits.boot = "Free RAM:5590\n";
  persona.habits.temperature_answer = firmware.temperature_answer;
  persona.habits.temperature_fields = firmware.temperature_fields;
  persona.habits.ok_form = firmware.ok_form;
  return persona;
}

std::vector<Persona> make_personas() {
  constexpr std::string_view kUuid = "cede2a2f-41a2-4748-9b12-c55c62f367ff";
  const std::string tail = " EXTRUDER_COUNT:1 UUID:" + std::string(kUuid);
  std::vector<Persona> all;
  all.push_back(vendor_marlin("ender-3-v2",
                              "FIRMWARE_NAME:Marlin Ver 1.0.1 (Sep  8 2020 18:08:12) "
                              "SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 "
                              "MACHINE_TYPE:Ender-3 V2" +
                                  tail,
                              "echo: Ver 1.0.1\n\necho: Last Updated: 2020-09-08 | Author: (none, default config)\n"));
  all.push_back(
      vendor_marlin("cr-10s-pro",
                    "FIRMWARE_NAME:Marlin Creality 3D SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin "
                    "PROTOCOL_VERSION:1.0 MACHINE_TYPE:CR-10S Pro" +
                        tail,
                    "echo:Marlin Creality 3D\n"));
  all.back().habits.temperature_fields = TemperatureFields::kDoubled;
  all.push_back(vendor_marlin("anycubic",
                              "FIRMWARE_NAME:Marlin 1.1.0-RC8 (Github) SOURCE_CODE_URL:https://github.com/ANYCUBIC-3D "
                              "PROTOCOL_VERSION:1.0 MACHINE_TYPE:i3 MEGA" +
                                  tail,
                              "echo:Marlin 1.1.0-RC8\n"));
  all.back().habits.chatter = Chatter::kFilamentSensor;
  all.push_back({"monoprice", derived("marlin-1.1.9", "monoprice"), {}});
  all.back().traits.keepalive = all.back().traits.autoreport = false;
  all.back().habits.identity = nameless_identities()[1];
  all.back().habits.boot = "Malyan\n";
  all.back().habits.temperature_answer = TemperatureAnswer::kBehindFields;
  all.back().habits.ok_form = OkForm::kAdvanced;
  for (const OtherFirmware& firmware : other_firmware()) {
    all.push_back(other(firmware.name, firmware));
    if (firmware.name == "repetier") all.back().habits.chatter = Chatter::kWait;
  }
  return all;
}

}  // namespace

bool PrinterHabits::any() const { return !describe(*this).empty(); }

std::string describe(const PrinterHabits& h) {
  constexpr std::array kAnswers{"", "ok then T:", "T: then ok", "ok N5 P7 B15 T:"};
  constexpr std::array kFields{"", "fields with @0", "==T: reports"};
  constexpr std::array kOks{"", "'ok '", "'ok 12'", "'ok N12 P15 B3'"};
  constexpr std::array kMishaps{"",    "lost ok", "doubled ok",       "forged ok", "NUL before ok",
                                "ok!", "okok",    "Resend without ok"};
  std::string out;
  const auto add = [&out](std::string_view what) {
    if (!what.empty()) out += (out.empty() ? ", habits: " : ", ") + std::string(what);
  };
  if (!h.firmware_name.empty()) add("named '" + h.firmware_name + "'");
  if (!h.identity.empty()) add("M115 '" + h.identity.substr(0, std::min<std::size_t>(h.identity.find('\n'), 40)) + "'");
  if (h.ok_before_identity) add("ok before it");
  add(kAnswers[static_cast<std::size_t>(h.temperature_answer)]);
  add(kFields[static_cast<std::size_t>(h.temperature_fields)]);
  add(kOks[static_cast<std::size_t>(h.ok_form)]);
  if (h.chatter != Chatter::kNone) add("chatter '" + std::string(chatter_line(h.chatter).text) + "'");
  if (h.mishap != Mishap::kNone) {
    add(kMishaps[static_cast<std::size_t>(h.mishap)]);
    out += "@" + std::to_string(h.mishap_from.count() / 1000) + "ms";
    if (h.most_mishaps > 1) out += " and again";
  }
  return out;
}

ChatterLine chatter_line(Chatter chatter) {
  switch (chatter) {
    case Chatter::kWait: return {"wait", seconds(1)};
    case Chatter::kFilamentSensor: return {"echo:Filament sensor ok", milliseconds(2500)};
    case Chatter::kKlipper: return {"// Klipper state: Ready", seconds(2)};
    case Chatter::kMmu: return {"echo:MMU2:>S0*c6.", seconds(2)};
    default: return {};
  }
}

const std::vector<OtherFirmware>& other_firmware() {
  static const std::vector<OtherFirmware> all{
      {"repetier",
       "FIRMWARE_NAME:Repetier_1.0.4 COMPILED:Feb 12 2021 FIRMWARE_URL:https://github.com/repetier/Repetier-Firmware/ "
       "PROTOCOL_VERSION:1.0 MACHINE_TYPE:Mendel EXTRUDER_COUNT:1 REPETIER_PROTOCOL:3\n",
       TemperatureAnswer::kOkThenLine,
       {},
       OkForm::kNumber},
      {"teacup",
       "FIRMWARE_NAME:Teacup FIRMWARE_URL:http://github.com/traumflug/Teacup_Firmware/ PROTOCOL_VERSION:1.0 "
       "MACHINE_TYPE:Mendel EXTRUDER_COUNT:1 TEMP_SENSOR_COUNT:2 HEATER_COUNT:2\n",
       TemperatureAnswer::kOkThenLine,
       {},
       {}},
      {"smoothieware",
       "FIRMWARE_NAME:Smoothieware, FIRMWARE_URL:http%3A//smoothieware.org, FIRMWARE_VERSION:edge-0c8dd7c, "
       "PROTOCOL_VERSION:1.0, X-CNC:0, X-MSD:1\n",
       TemperatureAnswer::kOneLine,
       TemperatureFields::kPowerBehind,
       {}},
      {"reprapfirmware",
       "FIRMWARE_NAME: RepRapFirmware FIRMWARE_VERSION: 1.09 ELECTRONICS: Duet 0.6 DATE: 2015-08-31\n",
       TemperatureAnswer::kLineThenOk,
       {},
       {}},
      {"klipper", "FIRMWARE_NAME:Klipper FIRMWARE_VERSION:v0.12.0-1-g0c8dd7c\n", {}, {}, {}},
  };
  return all;
}

const std::vector<std::string>& vendor_names() {
  static const std::vector<std::string> names{"Marlin Ver 1.0.1",       "Marlin Creality 3D", "1.0.10",
                                              "Marlin build32_2cd90e9", "Marlin 1.1.0-RC8",   "Marlin Ver 1.3.1"};
  return names;
}

const std::vector<std::string>& nameless_identities() {
  static const std::vector<std::string> all{"ANET; http://www.anet3d.com\n", "NAME: Malyan VER: 3.7 MODEL: M200\n",
                                            "https://www.sunhokey.com Machine:Prusa I3\n"};
  return all;
}

const std::vector<Persona>& personas() {
  static const std::vector<Persona> all = make_personas();
  return all;
}

const Persona* find_persona(std::string_view name) {
  const auto at =
      std::find_if(personas().begin(), personas().end(), [name](const Persona& p) { return p.name == name; });
  return at == personas().end() ? nullptr : &*at;
}

}  // namespace sim
