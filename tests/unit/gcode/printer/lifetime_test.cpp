#include "gcode/printer/lifetime.h"

#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/memory_dump.h"

using gcode::printer::Lifetime;

namespace {

Lifetime after(std::initializer_list<const char*> lines) {
  Lifetime lifetime;
  for (const char* line : lines)
    lifetime.reply(gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.14")));
  return lifetime;
}

}  // namespace

TEST_CASE("M78 reports minutes and centimetres") {
  const auto lifetime = after({"STATS 10 min 20 cm."});
  CHECK(lifetime.print_minutes == 10U);
  CHECK(lifetime.filament_centimetres == 20U);
}

TEST_CASE("an EEPROM dump is read by its address, lowest byte first") {
  const auto lifetime = after({"0eff  03 00 01 01 04 00 05 00"});
  CHECK(lifetime.power_failures == 3U);
  CHECK(lifetime.filament_runouts == 257U);
  CHECK(lifetime.crashes_y == 4U);
  CHECK(lifetime.crashes_x == 5U);
  CHECK_FALSE(lifetime.mmu_failures);
  CHECK(after({"0ed0  02 00 ff 07 00"}).mmu_failures == 7U);
  CHECK(after({"D3 - Read/Write EEPROM", "000eff  03 00 01 01 04 00 05 00"}).crashes_x == 5U);  // 3.11 and later
  CHECK(after({"0ca8  01 02 00 00"}).tool_changes == 513U);
}

TEST_CASE("a counter that was never written is unknown") { CHECK_FALSE(after({"0f05  ff ff"}).crashes_x); }

TEST_CASE("text that is not an EEPROM dump is ignored") {
  for (const char* line : {"0eff 03 00", "0eff  3 00", "0eff  03 00 zz", "eff  03", "0eff  ", "0EFF  03", "000eff 03",
                           "00eff  03", "0000eff  03", "00000eff  03", "ok"}) {
    INFO(line);
    CHECK_FALSE(gcode::reply::memory_dump_of(line));
  }
  CHECK(gcode::reply::memory_dump_of("0eff  03 00\n"));
}

TEST_CASE("after a restart the printer is queried again") {
  CHECK_FALSE(after({"STATS 10 min 20 cm.", "start"}).print_minutes);
}
