// Fields of a temperature line that mean nothing here, but must not hide their neighbours: sensors of other firmware
// and other ways to write a duty. Private to the parser.
// Examples: "@12" (Smoothie's duty), "B_0_0:27.10/0.00" (Prusa XL), "raspberry_pi:51.2 /0.0" (Klipper),
// "@B_ZONE: CENTER" (Snapmaker), "==" (Creality's mark), "(812.00)" (raw readings).
#pragma once

#include <cstdint>
#include <string_view>

namespace gcode::reply {

enum class OtherField : std::uint8_t {
  kPlain,    ///< as a periodic report may have it
  kForeign,  ///< no periodic report has it
  kTorn,     ///< it is no field: the line was cut off or ran into the next
};

/// Moves past one such field; `rest` begins with it. With kTorn `rest` may be anywhere.
[[nodiscard]] OtherField skip_other_field(std::string_view& rest);

}  // namespace gcode::reply
