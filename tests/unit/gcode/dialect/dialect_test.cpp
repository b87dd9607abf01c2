// From the names that firmwares report to their rows.
#include "gcode/dialect/dialect.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

using gcode::dialect::choose_dialect;
using gcode::dialect::Dialect;

namespace {

std::vector<Dialect> all_rows() {
  std::vector<Dialect> rows;
  for (const Dialect& row : gcode::dialect::prusa_dialects()) rows.push_back(row);
  for (const Dialect& row : gcode::dialect::marlin_dialects()) rows.push_back(row);
  for (const Dialect& row : gcode::dialect::other_dialects()) rows.push_back(row);
  return rows;
}

}  // namespace

TEST_CASE("Prusa names select the row of their version") {
  CHECK(choose_dialect("Prusa-Firmware 3.2.3 based on Marlin").name == "prusa-3.2");
  CHECK(choose_dialect("Prusa-Firmware 3.3.1 based on Marlin").name == "prusa-3.3");
  CHECK(choose_dialect("Prusa-Firmware 3.7.2 based on Marlin").name == "prusa-3.3");
  CHECK(choose_dialect("Prusa-Firmware 3.9.0 based on Marlin").name == "prusa-3.8");
  CHECK(choose_dialect("Prusa-Firmware 3.10.1 based on Marlin").name == "prusa-3.10");
  CHECK(choose_dialect("Prusa-Firmware 3.11.0 based on Marlin").name == "prusa-3.10");
  CHECK(choose_dialect("Prusa-Firmware 3.12.2 based on Marlin").name == "prusa-3.12");
  CHECK(choose_dialect("Prusa-Firmware 3.13.3 based on Marlin").name == "prusa-3.13");
  CHECK(choose_dialect("Prusa-Firmware 3.14.0-BETA1+109_c55a4ea1 based on Marlin").name == "prusa-3.14");
  CHECK(choose_dialect("Prusa-Firmware 4.0.0 based on Marlin").name == "prusa-3.14");
}

TEST_CASE("Marlin names select the row of their version") {
  CHECK(choose_dialect("Marlin 1.0.2+ (Github)").name == "marlin-1.0");
  CHECK(choose_dialect("Marlin 1.1.9 (Github)").name == "marlin-1.1");
  CHECK(choose_dialect("Marlin 1.1.0-RC8 (Github)").name == "marlin-1.1");
  CHECK(choose_dialect("Marlin 2.0.9.5 (Mar 1 2022 10:00:00)").name == "marlin-2.0");
  CHECK(choose_dialect("Marlin 2.1.2 (Nov 21 2026 01:23:22)").name == "marlin-2.1");
  CHECK(choose_dialect("Marlin bugfix-2.1.x (Oct 10 2024 10:00:00)").name == "marlin-2.1");
  CHECK(choose_dialect("Marlin 3.0 (x)").name == "marlin-2.1");
}

TEST_CASE("the name that Marlin 1.0 and old Prusa firmware share gets the traps of both") {
  const Dialect& row = choose_dialect("Marlin V1.0.2; Sprinter/grbl mashup for gen6");
  CHECK(row.name == "marlin-1.0-or-prusa-3.1");
  CHECK(row.family == gcode::dialect::FirmwareFamily::kUnknown);
  CHECK(row.resume_counts_queue);
  CHECK(row.unnumbered_checksum_owes_none);
  CHECK(choose_dialect("Marlin V1; Sprinter/grbl mashup for gen6").name == row.name);
}

TEST_CASE("for an unknown firmware name every trap is assumed and no query is allowed") {
  for (const char* name : {"", "Prusa-Firmware-Buddy 4.4.1 (Github)", "Marlin", "Marlin (1.1.9)", "Prusa-Firmware ",
                           "Marlin 123456789012345678901.2"}) {
    INFO(name);
    CHECK(&choose_dialect(name) == &gcode::dialect::unknown_dialect());
  }
  const Dialect& unknown = gcode::dialect::unknown_dialect();
  CHECK(unknown.duplicate_ack_after_m105);
  CHECK(unknown.comment_swallows_next);
  CHECK(unknown.upload_end_owes_none);
  CHECK(unknown.resume_counts_queue);
  CHECK(unknown.stopped_is_unresponsive);
  CHECK(unknown.autoreport == gcode::dialect::Autoreport::kNone);
  CHECK_FALSE(unknown.reports_overrides);
  CHECK_FALSE(unknown.serial_number_query);
}

TEST_CASE("firmware that is no Marlin has rows of its own, and is listened to only") {
  CHECK(choose_dialect("Repetier_1.0.4").name == "repetier");
  CHECK(choose_dialect("Repetier-Firmware 0.92").name == "repetier");
  CHECK(choose_dialect("Teacup").name == "teacup");
  CHECK(choose_dialect("Smoothieware").name == "smoothie");
  CHECK(choose_dialect("RepRapFirmware for Duet 2 WiFi/Ethernet").name == "reprapfirmware");
  CHECK(choose_dialect("Klipper").name == "klipper");
  for (const Dialect& row : gcode::dialect::other_dialects()) {
    CHECK(row.listen_only);
    CHECK(row.family == gcode::dialect::FirmwareFamily::kUnknown);
    CHECK(&gcode::dialect::with_modern_marlin(row) == &row);  // Repetier prints Cap: lines too
  }
}

TEST_CASE("capabilities show a Marlin of today, whatever version its vendor gave it") {
  for (const char* name : {"Marlin Ver 1.0.1", "Marlin Creality 3D", "1.0.10", "Marlin build32_2cd90e9", "",
                           "Marlin V1.0.2; Sprinter/grbl mashup for gen6"}) {
    INFO(name);
    const Dialect& row = gcode::dialect::with_modern_marlin(choose_dialect(name));
    CHECK(row.name == "marlin-by-capability");
    CHECK(row.autoreport == gcode::dialect::Autoreport::kByCap);
    CHECK_FALSE(row.colon_ends_line);
    CHECK_FALSE(row.comment_swallows_next);
    CHECK_FALSE(row.splits_long_lines);
  }
  for (const char* name : {"Marlin 1.1.9 (Github)", "Marlin 2.1.2 (x)", "Prusa-Firmware 3.9.0 based on Marlin"}) {
    INFO(name);
    CHECK(&gcode::dialect::with_modern_marlin(choose_dialect(name)) == &choose_dialect(name));
  }
}

TEST_CASE("a row can be looked up by its name and by its id, and both are unique") {
  std::set<std::string> names;
  std::set<int> ids;
  for (const Dialect& row : all_rows()) {
    INFO(row.name);
    REQUIRE(gcode::dialect::find_dialect(row.name) != nullptr);
    CHECK(gcode::dialect::find_dialect(row.name)->id == row.id);
    CHECK(gcode::dialect::dialect_by_id(row.id).name == row.name);
    CHECK(row.id != gcode::dialect::unknown_dialect().id);
    names.insert(std::string(row.name));
    ids.insert(row.id);
  }
  CHECK(names.size() == all_rows().size());
  CHECK(ids.size() == all_rows().size());
  CHECK(gcode::dialect::find_dialect("unknown") == &gcode::dialect::unknown_dialect());
  CHECK(gcode::dialect::find_dialect("prusa-9") == nullptr);
  CHECK(&gcode::dialect::dialect_by_id(255) == &gcode::dialect::unknown_dialect());
}

TEST_CASE("ids that the next instance may read never change") {
  CHECK(gcode::dialect::find_dialect("prusa-3.2")->id == 1);
  CHECK(gcode::dialect::find_dialect("prusa-3.14")->id == 7);
  CHECK(gcode::dialect::find_dialect("marlin-1.0")->id == 32);
  CHECK(gcode::dialect::find_dialect("marlin-2.1")->id == 36);
}

TEST_CASE("the rows match the protocol facts where versions differ") {
  const auto row = [](const char* name) -> const Dialect& { return *gcode::dialect::find_dialect(name); };
  // P 5
  CHECK(row("prusa-3.8").autoreport == gcode::dialect::Autoreport::kNone);
  CHECK(row("prusa-3.10").autoreport == gcode::dialect::Autoreport::kMask);
  CHECK_FALSE(row("prusa-3.8").duplicate_ack_after_m105);
  CHECK(row("prusa-3.14").duplicate_ack_after_m105);
  CHECK_FALSE(row("prusa-3.10").stopped_is_unresponsive);
  CHECK(row("prusa-3.12").stopped_is_unresponsive);
  CHECK_FALSE(row("prusa-3.3").nozzle_query);
  CHECK(row("prusa-3.8").nozzle_query);
  CHECK_FALSE(row("prusa-3.13").statistics_query);
  CHECK(row("prusa-3.14").statistics_query);
  for (const Dialect& prusa : gcode::dialect::prusa_dialects()) {
    INFO(prusa.name);
    CHECK(prusa.comment_swallows_next);
    CHECK(prusa.pid_parameters_owe_two);
    CHECK(prusa.upload_end_owes_none);
    CHECK_FALSE(prusa.drops_duplicate_numbers);
  }
  // M 2, M 3, M 9
  CHECK(row("marlin-1.0").comment_swallows_next);
  CHECK(row("marlin-1.0").splits_long_lines);
  CHECK(row("marlin-1.0").unnumbered_checksum_owes_none);
  CHECK_FALSE(row("marlin-1.1").comment_swallows_next);
  CHECK(row("marlin-1.1").autoreport == gcode::dialect::Autoreport::kByCap);
  CHECK_FALSE(row("marlin-2.0").drops_duplicate_numbers);
  CHECK(row("marlin-2.1").drops_duplicate_numbers);
  CHECK_FALSE(row("marlin-2.1").upload_end_owes_none);
}
