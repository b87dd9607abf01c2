// The table: one row per firmware.
#include "tests/sim/firmware_traits.h"

#include "tests/sim/firmware_texts_marlin.h"
#include "tests/sim/firmware_texts_prusa.h"

namespace sim {
namespace {

// 1.0 was observed in an emulator only; its texts are those of protocol-marlin.md.
constexpr std::string_view kIdentity10 =
    "FIRMWARE_NAME:Marlin V1; Sprinter/grbl mashup for gen6 FIRMWARE_URL:https://github.com/ErikZalm/Marlin/ "
    "PROTOCOL_VERSION:1.0 MACHINE_TYPE:Mendel EXTRUDER_COUNT:1 UUID:00000000-0000-0000-0000-000000000000\n";
constexpr std::string_view kBoot10 =
    "@echo:Marlin 1.0.2+\necho: Last Updated: Nov 21 2026 | Author: (none, default config)\nCompiled: Nov 21 2026\n"
    "echo: Free Memory: 3901  PlannerBufferBytes: 1232\necho:Hardcoded Default Settings Loaded\n";

std::vector<FirmwareTraits> make_table() {
  std::vector<FirmwareTraits> table;
  const auto row = [&table](std::string_view name, Family family, int version) -> FirmwareTraits& {
    table.push_back({});
    table.back().name = name;
    table.back().family = family;
    table.back().version = version;
    return table.back();
  };
  FirmwareTraits& prusa39 = row("prusa-3.9", Family::kPrusa, 309);
  prusa39.eol = "\r\n";
  prusa39.keepalive = prusa39.has_sd = prusa39.halts_after_kill = prusa39.quiet_while_heating = true;
  prusa39.fir = "3.9.0-3421";
  prusa39.boot = texts::kBoot39;
  prusa39.boot_tail = texts::kBootTail39;
  prusa39.identity = texts::kIdentity39;
  prusa39.settings = texts::kSettings39;

  FirmwareTraits prusa = row("prusa-3.13", Family::kPrusa, 313);
  prusa.keepalive = prusa.autoreport = prusa.has_sd = prusa.rx_timeout = prusa.has_meatpack = true;
  prusa.fir = "3.13.3-7591";
  prusa.boot = texts::kBoot313;
  prusa.boot_tail = texts::kBootTail313;
  prusa.identity = texts::kIdentity313;
  prusa.settings = texts::kSettings313;
  table.back() = prusa;

  prusa.name = "prusa-3.14";
  prusa.version = 314;
  prusa.action = "//action:";
  prusa.fir = "3.14.0-BETA1+8237_f1d8e1a2b";
  prusa.boot = texts::kBoot314;
  prusa.identity = texts::kIdentity314;
  table.push_back(prusa);

  FirmwareTraits& marlin10 = row("marlin-1.0", Family::kMarlin10, 100);
  marlin10.halts_after_kill = true;
  marlin10.boot = kBoot10;
  marlin10.identity = kIdentity10;

  FirmwareTraits& marlin11 = row("marlin-1.1.9", Family::kMarlin11, 119);
  marlin11.keepalive = marlin11.autoreport = marlin11.halts_after_kill = true;
  marlin11.boot = texts::kBoot119;
  marlin11.identity = texts::kIdentity119;
  marlin11.settings = texts::kSettings119;

  FirmwareTraits marlin = row("marlin-2.1.2-plain", Family::kMarlin21, 212);
  marlin.halts_after_kill = true;
  marlin.action = "//action:";
  marlin.boot = texts::kBootA;
  marlin.identity = texts::kIdentityA;
  marlin.settings = texts::kSettingsA;
  table.back() = marlin;

  marlin.name = "marlin-2.1.2-modern";
  marlin.keepalive = marlin.autoreport = marlin.emergency_parser = marlin.host_actions = marlin.two_hotends = true;
  marlin.boot = texts::kBootB;
  marlin.identity = texts::kIdentityB;
  marlin.settings = texts::kSettingsB;
  table.push_back(marlin);

  marlin.name = "marlin-2.1.2-advanced-ok";
  marlin.two_hotends = false;
  marlin.advanced_ok = marlin.has_sd = true;
  marlin.queue_slots = 16;
  marlin.boot = texts::kBootC;
  marlin.boot_tail = texts::kBootTailC;
  marlin.identity = texts::kIdentityC;
  marlin.settings = texts::kSettingsC;
  table.push_back(marlin);
  return table;
}

}  // namespace

const std::vector<FirmwareTraits>& firmware_table() {
  static const std::vector<FirmwareTraits> table = make_table();
  return table;
}

const FirmwareTraits* find_firmware(std::string_view name) {
  for (const FirmwareTraits& row : firmware_table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace sim
