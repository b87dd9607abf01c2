// Properties of a printer's line that its kind alone does not give: whether it is complete, whether it is a file's
// name, whether it names an injected query. Pure functions of the text.
#pragma once

#include <optional>
#include <string_view>

#include "gcode/reply/reply.h"

namespace gcode::reply {

/// Without line end and without blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view line);

/// A file on the card, as M27 prints it: "/DIR/NAME.GCO", "longfile_name_test.gcode".
[[nodiscard]] bool looks_like_file(std::string_view line);

/// The value of a line that is one number and nothing else: "0.40".
[[nodiscard]] std::optional<float> whole_number(std::string_view line);

/// The command that an "Unknown command" echo names, without its quotes: "M27 P".
[[nodiscard]] std::string_view rejected_text(std::string_view line);
/// "echo:Unknown command: \"M27 P\"" for an injected "M27 P", or for a version of it garbled by noise: half of its
/// bytes are there, in order. `injected` with or without its newline.
[[nodiscard]] bool names_injected(std::string_view line, std::string_view injected);
/// As names_injected(), but with every byte.
[[nodiscard]] bool names_injected_exactly(std::string_view line, std::string_view injected);

/// Temperature, fans or position, as a printer repeats them.
[[nodiscard]] bool is_report(ReplyKind kind);

}  // namespace gcode::reply
