// The printer's lifetime counters: print time and filament (M78), and bytes of a Prusa's EEPROM as D3 prints them
// (addresses: shared by 3.9 to 3.14). The answer names its address, so it does not matter who sent the query.
// Wire examples: "STATS 10 min 20 cm.", "000eff  03 00 01 00 00 00 02 00" (four digits of address up to 3.10 and on the
// MK2.5), behind "D3 - Read/Write EEPROM".
#pragma once

#include <cstdint>
#include <optional>

#include "gcode/reply/reply.h"

namespace gcode::printer {

struct Lifetime {
  std::optional<std::uint64_t> print_minutes, filament_centimetres;
  std::optional<std::uint32_t> power_failures, filament_runouts, crashes_y, crashes_x;
  std::optional<std::uint32_t> mmu_load_failures, mmu_failures, tool_changes;

  void reply(const reply::Reply& reply);
  void printer_restarted() { *this = {}; }
};

}  // namespace gcode::printer
