// A line as some hosts write it, in the one form that everybody reads: "g1 x10 (fast) y5" is "G1 X10  Y5". Firmwares
// with PAREN_COMMENTS and GCODE_CASE_INSENSITIVE read both alike; on others no host prints with such lines.
// Only for what a print shows: the oks that a line owes depend on what the firmware makes of the bytes as they are.
#pragma once

#include <array>

#include "gcode/command/command.h"

namespace gcode::command {

class PlainCommand {
 public:
  /// `command` itself, or the rewritten one, whose views point into this object.
  [[nodiscard]] const Command& of(const Command& command);

 private:
  std::array<char, 96> bytes_;  ///< a longer command is left as it is
  Command plain_;
};

}  // namespace gcode::command
