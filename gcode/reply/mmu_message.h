// What a Prusa logs of the messages to and from its multi-material unit.
// Wire examples (3.13 and later): "echo:MMU2:>T1*3e.", "echo:MMU2:<T1 P5*..", "echo:MMU2:<Q0 E8001*ea.",
// "echo:MMU2:MMU2tool=1"; before: "MMU <= 'T0'", "MMU => 'ok'".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gcode::reply {

enum class MmuForm : std::uint8_t {
  kOther,
  kNotResponding,  ///< "MMU not responding"
  kResponse,       ///< "MMU2:<T1 P5*3e.": the request that it answers, then the status
  kTool,           ///< "MMU2tool=1": slot
  kToolRequest,    ///< "MMU <= 'T0'": slot
  kOk,             ///< "MMU => 'ok'"
};

struct MmuMessage {
  static constexpr std::int8_t kNoSlot = -1;       ///< nothing is loaded
  static constexpr std::int8_t kUnknownSlot = -2;  ///< the line names none that exists
  MmuForm form = MmuForm::kOther;
  std::int8_t slot = kUnknownSlot;     ///< kTool, kToolRequest: 0 to 4, or one of the above
  char request = 0;                    ///< kResponse: 'T', 'Q', 'R', 'S' ...
  char status = 0;                     ///< kResponse: Accepted, Rejected, Processing, Error, Finished
  std::int64_t item = 0;               ///< kResponse: the number behind the request
  std::optional<std::uint16_t> value;  ///< kResponse: the hexadecimal number behind the status
};

[[nodiscard]] MmuMessage mmu_message_of(std::string_view line);

}  // namespace gcode::reply
