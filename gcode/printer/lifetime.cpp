#include "gcode/printer/lifetime.h"

#include <array>

namespace gcode::printer {
namespace {

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
std::optional<std::uint32_t> field_of(const reply::MemoryDump& dump, const Field& field) {
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

void Lifetime::reply(const reply::Reply& reply) {
  if (reply.kind == reply::ReplyKind::kStart) return printer_restarted();
  if (reply.kind == reply::ReplyKind::kStatistics) {
    print_minutes = reply.statistics_minutes;
    filament_centimetres = reply.statistics_centimetres;
    return;
  }
  if (reply.answer != reply::AnswerForm::kMemory) return;
  for (const Field& field : kFields) {
    if (const auto value = field_of(reply.memory, field)) this->*field.counter = value;
  }
}

}  // namespace gcode::printer
