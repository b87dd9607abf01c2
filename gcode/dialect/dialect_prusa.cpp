// Prusa's 8-bit firmware (MK2 to MK3S+), a row per range of versions that behave alike on the serial line. Each row is
// the previous one with its changes, as in the table of versions P 5 (packaging/doc/protocol-prusa.md).
// Example: "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin ...".
#include <array>

#include "gcode/dialect/dialect.h"

namespace gcode::dialect {
namespace {

// MK2 branch, measured with 3.2.3.
constexpr Dialect prusa_3_2() {
  Dialect d;
  d.name = "prusa-3.2";
  d.id = 1;
  d.family = FirmwareFamily::kPrusa;
  d.from_version = 302;
  d.autoreport = Autoreport::kNone;         // P 2.1: M155 since 3.10.0
  d.duplicate_ack_after_m105 = false;       // P 0.2: 3.9.3 and older return early
  d.comment_swallows_next = true;           // P 9.1: all five images
  d.blanks_only_owes_ok = true;             // P 9.3
  d.splits_long_lines = true;               // P 1.2, P 9.13
  d.pid_parameters_owe_two = true;          // P 9.2: all versions
  d.upload_end_owes_none = true;            // P 1.7
  d.drops_duplicate_numbers = false;        // P 1.3: a duplicate is an error like any other
  d.resume_counts_queue = true;             // P 0.10: since 3.3; nothing proves that 3.2 lacks it
  d.unnumbered_checksum_owes_none = false;  // P 1.3: only up to 3.1.4
  d.stopped_is_unresponsive = false;        // P 5
  d.reports_overrides = false;              // P 2.2: since 3.10
  d.reports_progress = true;                // P 9.15: 3.2.3 prints both lines
  d.reports_card_pauses = true;             // P 2.3: "SD print paused"
  d.sd_path = false;                        // P 2.3: since 3.10
  d.serial_number_query = false;            // P 9.21: "Not in farm mode."
  d.nozzle_query = false;                   // P 2.4: since 3.8
  d.statistics_query = false;               // P 2.2: since 3.14
  d.eeprom_query = false;
  d.planner_blocks = 15;  // P 1: a ring of 16
  // P 2.5: after `start` the boot loader is silent for up to 2 s; the longest gap recorded later is 1.4 s.
  d.boot_quiet = std::chrono::seconds(3);
  return d;
}

constexpr Dialect prusa_3_3() {
  Dialect d = prusa_3_2();
  d.name = "prusa-3.3";
  d.id = 2;
  d.from_version = 303;
  d.resume_counts_queue = true;  // P 1.3: numbered entries are tagged, P 0.10: every entry is counted
  return d;
}

constexpr Dialect prusa_3_8() {
  Dialect d = prusa_3_3();
  d.name = "prusa-3.8";
  d.id = 3;
  d.from_version = 308;
  d.nozzle_query = true;  // P 2.4: M862 since 3.8
  return d;
}

constexpr Dialect prusa_3_10() {
  Dialect d = prusa_3_8();
  d.name = "prusa-3.10";
  d.id = 4;
  d.from_version = 310;
  d.autoreport = Autoreport::kMask;      // P 2.1
  d.extruder_mode = ExtruderMode::kOwn;  // since 3.9.0: "E axis is left intact" (prusa3d/Prusa-Firmware#2526)
  d.duplicate_ack_after_m105 = true;     // P 0.2
  d.reports_overrides = true;            // P 2.2
  d.sd_path = true;                      // P 2.3
  d.serial_number_query = true;          // P 2.4; firmware that still refuses it prints one harmless line
  return d;
}

constexpr Dialect prusa_3_12() {
  Dialect d = prusa_3_10();
  d.name = "prusa-3.12";
  d.id = 5;
  d.from_version = 312;
  d.stopped_is_unresponsive = true;  // P 0.7, P 5
  return d;
}

constexpr Dialect prusa_3_13() {
  Dialect d = prusa_3_12();
  d.name = "prusa-3.13";
  d.id = 6;
  d.from_version = 313;
  // Compiled in for every printer with an Einsy or a MK2.5 (P 2.2). Not before: older builds also have D1, which
  // erases the EEPROM and is one bit away.
  d.eeprom_query = true;
  return d;
}

constexpr Dialect prusa_3_14() {
  Dialect d = prusa_3_13();
  d.name = "prusa-3.14";
  d.id = 7;
  d.from_version = 314;
  d.statistics_query = true;  // P 2.2: M78
  return d;
}

constexpr std::array kRows{prusa_3_2(),  prusa_3_3(),  prusa_3_8(), prusa_3_10(),
                           prusa_3_12(), prusa_3_13(), prusa_3_14()};

}  // namespace

std::span<const Dialect> prusa_dialects() { return kRows; }

}  // namespace gcode::dialect
