// Marlin, a row per range of versions that behave alike on the serial line. Each row is the previous one with its
// changes; facts from protocol-marlin.md (M). Features that depend on a build option are known only if a Cap: line
// reports them.
// Example: "FIRMWARE_NAME:Marlin 2.1.2 (Nov 21 2026 01:23:22) SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin ...".
#include <array>

#include "gcode/dialect/dialect.h"

namespace gcode::dialect {
namespace {

constexpr Dialect marlin_1_0() {
  Dialect d;
  d.name = "marlin-1.0";
  d.id = 32;
  d.family = FirmwareFamily::kMarlin;
  d.from_version = 100;
  d.autoreport = Autoreport::kNone;        // M 9
  d.duplicate_ack_after_m105 = false;      // M 1: one line, no second ok, in every version
  d.comment_swallows_next = true;          // M 2: measured on 1.0
  d.blanks_only_owes_ok = true;            // M 1: all versions
  d.splits_long_lines = true;              // M 3: three oks for one line of 200 bytes
  d.colon_ends_line = true;                // M 2: outside comments
  d.pid_parameters_owe_two = true;         // not measured; Prusa has it from this code
  d.upload_end_owes_none = true;           // not measured; Prusa has it from this code
  d.drops_duplicate_numbers = false;       // M 2: Error, Resend, ok
  d.resume_counts_queue = false;           // the host counts: a pause does not give up numbers that were accepted
  d.unnumbered_checksum_owes_none = true;  // M 2
  d.stopped_is_unresponsive = false;       // M 5: "Printer stopped ..." and still ok
  d.reports_overrides = false;             // M 7: measured with 1.1 and 2.x only
  d.reports_progress = false;              // M 7: a build option that no Cap reports
  d.reports_card_pauses = false;           // M 7.1: "Not SD printing" of both
  d.sd_path = false;                       // M 7: M27 C has another meaning
  d.serial_number_query = false;
  d.nozzle_query = false;
  d.statistics_query = false;  // M 7: M78 answers in another form
  d.planner_blocks = 15;       // M 1: a ring of 16, 15 free at rest
  // M 1: the whole banner is printed together; the firmware searches for the SD card before its loop runs.
  d.boot_quiet = std::chrono::seconds(2);
  return d;
}

// P 2.4: Prusa up to 3.1.4 and Marlin 1.0 have the same name. The special cases of both.
constexpr Dialect marlin_1_0_or_prusa_3_1() {
  Dialect d = marlin_1_0();
  d.name = "marlin-1.0-or-prusa-3.1";
  d.id = 33;
  d.family = FirmwareFamily::kUnknown;
  d.resume_counts_queue = true;
  d.boot_quiet = std::chrono::seconds(3);
  return d;
}

constexpr Dialect marlin_1_1() {
  Dialect d = marlin_1_0();
  d.name = "marlin-1.1";
  d.id = 34;
  d.from_version = 101;
  d.autoreport = Autoreport::kByCap;        // M 9: M155 and 16 Cap lines
  d.comment_swallows_next = false;          // M 2: only 1.0
  d.splits_long_lines = false;              // M 3: the tail is dropped
  d.colon_ends_line = false;                // M 2: only 1.0
  d.pid_parameters_owe_two = false;         // M 1: one ok for every command removed from the queue
  d.unnumbered_checksum_owes_none = false;  // M 2: ignored, ok
  d.reports_overrides = true;               // M 7
  return d;
}

// A vendor's own version ("Marlin Ver 1.0.1", an Ender-3 V2) or name says nothing; capabilities do. What differs between
// 1.1 and 2.1 is uncertain.
constexpr Dialect marlin_by_capability() {
  Dialect d = marlin_1_1();
  d.name = "marlin-by-capability";
  d.id = 37;
  d.from_version = 9999;             // no name selects it
  d.drops_duplicate_numbers = true;  // 2.1 does
  return d;
}

constexpr Dialect marlin_2_0() {
  Dialect d = marlin_1_1();
  d.name = "marlin-2.0";
  d.id = 35;
  d.from_version = 200;
  d.upload_end_owes_none = false;           // M 8, recording C_sd2: "Done saving file." and an ok
  d.extruder_mode = ExtruderMode::kByLast;  // set_relative_mode() clears M82 and M83 (MarlinFirmware/Marlin#15218)
  return d;
}

constexpr Dialect marlin_2_1() {
  Dialect d = marlin_2_0();
  d.name = "marlin-2.1";
  d.id = 36;
  d.from_version = 201;
  d.drops_duplicate_numbers = true;  // M 2: N equal to last or last - 1 gets neither ok nor error
  return d;
}

// The shared name comes first, so that a plain "1.0" finds Marlin's row.
constexpr std::array kRows{marlin_1_0_or_prusa_3_1(), marlin_1_0(), marlin_1_1(), marlin_2_0(), marlin_2_1(),
                           marlin_by_capability()};

}  // namespace

std::span<const Dialect> marlin_dialects() { return kRows; }

}  // namespace gcode::dialect
