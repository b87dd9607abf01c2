// What a Prusa's multi-material unit does, from the lines in which the printer logs its messages to and from the unit
// (gcode/reply/mmu_message.h).
#pragma once

#include <array>
#include <cstdint>

#include "gcode/reply/reply.h"

namespace gcode::printer {

enum class MmuState : std::uint8_t { kOff, kIdle, kBusy, kError, kCount };

/// Codes of the MMU's own list (P 2.5); every other counts as kOther.
inline constexpr std::array<std::uint16_t, 20> kMmuErrorCodes{0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006, 0x8007,
                                                              0x8008, 0x8009, 0x800a, 0x800b, 0x800c, 0x800d, 0x8029,
                                                              0x802a, 0x802b, 0x802c, 0x802d, 0x802e, 0x802f};

struct Mmu {
  bool known = false;  ///< a line of it was seen since the printer started
  MmuState state = MmuState::kOff;
  std::int8_t slot = -1;  ///< loaded, 0 to 4; -1: none
  bool slot_known = false;
  std::array<std::int16_t, 4> version{-1, -1, -1, -1};  ///< 3, 0, 1, build 885; -1: not reported
  std::uint16_t error = 0;                              ///< the current error code, 0: none
  std::uint64_t tool_changes = 0;
  std::array<std::uint64_t, kMmuErrorCodes.size() + 1> errors{};  ///< by kMmuErrorCodes, the last one is the rest

  void reply(const reply::Reply& reply);
  void printer_restarted();  ///< its status is unknown again; counts remain

 private:
  void response(const reply::MmuMessage& message);
  void raise(std::uint16_t code);
  void load(std::int8_t now);
};

}  // namespace gcode::printer
