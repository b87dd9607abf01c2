// One parsed line as one JSON object: for the `decode` command, for golden files and for readers. The object is plain
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

/// Information about a line besides its meaning.
struct LineNote {
  std::string_view line;         ///< without its terminator
  std::optional<line::Time> at;  ///< omitted if not known
  bool is_unfinished = false;    ///< the recording ended, or the limit was reached, before the line's end
};

/// Appends one object without a newline. `values` holds only what the line contains.
void append_decoded(const LineNote& note, const reply::Reply& reply, std::string& out);
void append_decoded(const LineNote& note, const command::Command& command, std::string& out);

}  // namespace gcode::decode
