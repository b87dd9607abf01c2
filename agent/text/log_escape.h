// Escapes bytes for a log line: a printer's text may contain any bytes. Pure.
// "a\x1b[2Jb" reads as a\x1b[2Jb in text and a\u001b[2Jb in JSON.
#pragma once

#include <string>
#include <string_view>

namespace agent::text {

/// Control characters (C0, DEL, C1, those that change lines or the direction of the text) and bytes that are not UTF-8 become \xNN. Only the first `most` bytes of `text`, whole
/// characters.
[[nodiscard]] std::string escape_text(std::string_view text, std::size_t most);

/// For use between the quotes of a JSON string. What is not UTF-8 is taken as Latin-1 and becomes \u00NN.
[[nodiscard]] std::string escape_json(std::string_view text, std::size_t most);

}  // namespace agent::text
