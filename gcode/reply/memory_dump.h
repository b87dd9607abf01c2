// A line of a Prusa's EEPROM as D3 prints it, and the line that D3 prints before it.
// Wire examples: "000eff  03 00 01 00 00 00 02 00" (four digits of address up to 3.10 and on the MK2.5), behind
// "D3 - Read/Write EEPROM".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gcode::reply {

struct MemoryDump {
  static constexpr std::size_t kMostBytes = 16;  ///< a line of D3 holds no more
  std::size_t size = 0;
  std::uint32_t address;                       ///< unset if `size` is 0: every reply has a dump
  std::array<std::uint8_t, kMostBytes> bytes;  ///< unset from `size` on
};

/// `line`: four or six hex digits, two blanks, then bytes of two hex digits; with or without terminator.
[[nodiscard]] std::optional<MemoryDump> memory_dump_of(std::string_view line);
/// The line that D3 prints before them.
[[nodiscard]] bool is_memory_heading(std::string_view line);

}  // namespace gcode::reply
