// What a printer's line looks like where its kind alone does not say enough: is it whole, is it a file's name, does it
// speak of an own command. Questions to the text, without any state.
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

/// What an unknown command's echo names, without its quotes: "M27 P".
[[nodiscard]] std::string_view rejected_text(std::string_view line);
/// "echo:Unknown command: \"M27 P\"" for an own "M27 P", or for what noise made of it: half of its bytes are there, in
/// order. `own` with or without its newline.
[[nodiscard]] bool names_injected(std::string_view line, std::string_view injected);
/// As names_injected(), every byte of it.
[[nodiscard]] bool names_injected_exactly(std::string_view line, std::string_view injected);

/// Temperature, fans or position, as a printer repeats them.
[[nodiscard]] bool is_report(ReplyKind kind);

/// The text of a repeated report and nothing else. One that lost its newline runs into the next line, or has a waiting
/// command's fields; then it is more than a report, and the host's.
[[nodiscard]] bool is_whole_report(std::string_view line);

}  // namespace gcode::reply
