#include "gcode/reply/memory_dump.h"

#include "gcode/line/scan.h"

namespace gcode {
namespace {

bool take_byte(std::string_view& rest, std::uint32_t& value) {
  if (rest.size() < 2 || hex_value(rest[0]) < 0 || hex_value(rest[1]) < 0) return false;
  value = static_cast<std::uint32_t>(hex_value(rest[0]) * 16 + hex_value(rest[1]));
  rest.remove_prefix(2);
  return true;
}

}  // namespace

std::optional<MemoryDump> memory_dump_of(std::string_view rest) {
  rest = trim_blanks(strip_terminator(rest));
  MemoryDump dump;
  std::uint32_t part = 0;
  std::size_t parts = 0;
  for (; parts < 3 && take_byte(rest, part); ++parts) dump.address = dump.address * 256 + part;
  if (parts < 2 || !take(rest, " ")) return std::nullopt;
  while (dump.size < MemoryDump::kMostBytes && take(rest, " ")) {
    std::uint32_t value = 0;
    if (!take_byte(rest, value)) return std::nullopt;
    dump.bytes[dump.size++] = static_cast<std::uint8_t>(value);
  }
  return rest.empty() && dump.size > 0 ? std::optional(dump) : std::nullopt;
}

bool is_memory_heading(std::string_view line) {
  return trim_blanks(strip_terminator(line)) == "D3 - Read/Write EEPROM";
}

}  // namespace gcode
