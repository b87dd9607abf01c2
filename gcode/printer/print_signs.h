// What one line of a host's stream says about its print: the commands of end codes, as one table, and the heaters.
// Sources of the rows: the end codes in the profiles of PrusaSlicer, OrcaSlicer, SuperSlicer, Cura, Simplify3D,
// ideaMaker and KISSlicer. Examples: "M84 X Y E" ends, "M84 S600" sets a time-out.
#pragma once

#include <cstdint>
#include <optional>

#include "gcode/command/command.h"

namespace gcode::printer {

enum class PrintSign : std::uint8_t {
  kNone,
  kEnds,     ///< a part of an end code: a heater, the motors or the power off, the end of the program
  kCancels,  ///< the host asks to cancel
};
[[nodiscard]] PrintSign sign_of(const command::Command& command);

/// The target that the command gives a hot end or the bed; nothing if it gives none. Degrees Celsius.
[[nodiscard]] std::optional<double> tool_target(const command::Command& command);
[[nodiscard]] std::optional<double> bed_target(const command::Command& command);

}  // namespace gcode::printer
