#include "gcode/lifetime.h"

#include <array>

#include "gcode/scan.h"

namespace gcode {
namespace {

constexpr std::size_t kMostBytes = 16;  // a line of D3 holds no more

struct Dump {
  std::uint32_t address = 0;
  std::array<std::uint8_t, kMostBytes> bytes{};
  std::size_t size = 0;
};

// D3 prints small letters.
int hex_of(char c) { return c == to_lower(c) ? hex_value(c) : -1; }

bool take_byte(std::string_view& rest, std::uint32_t& value) {
  if (rest.size() < 2 || hex_of(rest[0]) < 0 || hex_of(rest[1]) < 0) return false;
  value = static_cast<std::uint32_t>(hex_of(rest[0]) * 16 + hex_of(rest[1]));
  rest.remove_prefix(2);
  return true;
}

std::optional<Dump> read_dump(std::string_view rest) {
  rest = trim_blanks(strip_terminator(rest));
  Dump dump;
  std::uint32_t part = 0;
  std::size_t parts = 0;
  for (; parts < 3 && take_byte(rest, part); ++parts) dump.address = dump.address * 256 + part;
  if (parts < 2 || !take(rest, " ")) return std::nullopt;
  while (dump.size < kMostBytes && take(rest, " ")) {
    std::uint32_t value = 0;
    if (!take_byte(rest, value)) return std::nullopt;
    dump.bytes[dump.size++] = static_cast<std::uint8_t>(value);
  }
  return rest.empty() && dump.size > 0 ? std::optional(dump) : std::nullopt;
}

struct Field {
  std::uint32_t address;
  std::size_t size;
  std::optional<std::uint32_t> Lifetime::*counter;
};
constexpr std::array kFields{
    Field{0x0eff, 2, &Lifetime::power_failures},    Field{0x0f01, 2, &Lifetime::filament_runouts},
    Field{0x0f03, 2, &Lifetime::crashes_y},         Field{0x0f05, 2, &Lifetime::crashes_x},
    Field{0x0ed0, 2, &Lifetime::mmu_load_failures}, Field{0x0ed3, 2, &Lifetime::mmu_failures},
    Field{0x0ca8, 4, &Lifetime::tool_changes},
};

/// Little-endian; all ones: never written.
std::optional<std::uint32_t> field_of(const Dump& dump, const Field& field) {
  if (field.address < dump.address || field.address + field.size > dump.address + dump.size) return std::nullopt;
  std::uint32_t value = 0;
  bool never_written = true;
  for (std::size_t i = field.size; i-- > 0;) {
    const std::uint8_t byte = dump.bytes[field.address - dump.address + i];
    value = value << 8U | byte;
    never_written = never_written && byte == 0xff;
  }
  if (never_written) return std::nullopt;
  return value;
}

}  // namespace

bool is_memory_dump(std::string_view line) { return read_dump(line).has_value(); }

bool is_memory_heading(std::string_view line) {
  return trim_blanks(strip_terminator(line)) == "D3 - Read/Write EEPROM";
}

void Lifetime::printer_line(const Reply& reply, std::string_view line) {
  if (reply.kind == ReplyKind::kStart) return printer_restarted();
  if (reply.kind == ReplyKind::kStatistics) {
    print_minutes = reply.statistics_minutes;
    filament_centimetres = reply.statistics_centimetres;
    return;
  }
  if (reply.kind != ReplyKind::kUnknown && reply.kind != ReplyKind::kAnswer) return;
  const auto dump = read_dump(line);
  if (!dump) return;
  for (const Field& field : kFields) {
    if (const auto value = field_of(*dump, field)) this->*field.counter = value;
  }
}

}  // namespace gcode
