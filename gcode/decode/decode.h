// One understood line as one JSON object: for the `decode` command, for golden files, for people. The object is plain
// ASCII whatever the line's bytes are, so it is always valid UTF-8.
// {"t_us":31,"direction":"from_printer","line":"ok T:25.5 /0.0 ...","kind":"ok_temperature","values":{"tool0":{...}}}
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gcode/command/command.h"
#include "gcode/line/time.h"
#include "gcode/reply/reply.h"

namespace gcode::decode {

/// What is said of a line beside its meaning.
struct LineNote {
  std::string_view line;         ///< without its terminator
  std::optional<line::Time> at;  ///< left out if nothing is known
  bool is_unfinished = false;    ///< the recording ends, or the bound was reached, before the line's end
};

/// Appends one object without a newline. `values` holds what the line tells and nothing that it does not.
void append_decoded(const LineNote& note, const reply::Reply& reply, std::string& out);
void append_decoded(const LineNote& note, const command::Command& command, std::string& out);

}  // namespace gcode::decode
