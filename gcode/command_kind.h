// Which commands owe what: the classification behind Command::kind, apart from the reading of lines. Knows codes, not
// dialects: where firmwares differ, the kind is the one that makes the arbiter wait longer.
#pragma once

#include "gcode/command.h"

namespace gcode {

/// `command` is complete but for its kind.
[[nodiscard]] CommandKind kind_of(const Command& command);

}  // namespace gcode
