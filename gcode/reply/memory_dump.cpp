#include "gcode/reply/memory_dump.h"

#include "gcode/line/scan.h"

namespace gcode::reply {
namespace {

/// A Prusa prints lower-case digits; other text must not be taken for a dump.
int digit(char c) { return line::is_digit(c) || c >= 'a' ? line::hex_value(c) : -1; }

bool take_byte(std::string_view& rest, std::uint32_t& value) {
  if (rest.size() < 2 || digit(rest[0]) < 0 || digit(rest[1]) < 0) return false;
  value = static_cast<std::uint32_t>(digit(rest[0]) * 16 + digit(rest[1]));
  rest.remove_prefix(2);
  return true;
}

}  // namespace

std::optional<MemoryDump> memory_dump_of(std::string_view rest) {
  rest = line::trim_blanks(line::strip_terminator(rest));
  MemoryDump dump;
  dump.address = 0;
  std::uint32_t part = 0;
  std::size_t parts = 0;
  for (; parts < 3 && take_byte(rest, part); ++parts) dump.address = dump.address * 256 + part;
  if (parts < 2 || !line::take(rest, " ")) return std::nullopt;
  while (dump.size < MemoryDump::kMostBytes && line::take(rest, " ")) {
    std::uint32_t value = 0;
    if (!take_byte(rest, value)) return std::nullopt;
    dump.bytes[dump.size++] = static_cast<std::uint8_t>(value);
  }
  return rest.empty() && dump.size > 0 ? std::optional(dump) : std::nullopt;
}

bool is_memory_heading(std::string_view line) {
  return line::trim_blanks(line::strip_terminator(line)) == "D3 - Read/Write EEPROM";
}

}  // namespace gcode::reply
