// What `status` shows a person, drawn from the JSON of status_json.h. Pure: the answer and the terminal's size come in, lines
// go out. A value that has no key has no line, so that an agent of another version can be asked too.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/terminal/styled_text.h"

namespace agent::status {

/// All printers of `status`, an empty line between two.
[[nodiscard]] std::vector<std::string> draw_status(const nlohmann::json& status, const terminal::TextStyle& style);

/// One printer of it in one line, for --watch in a pipe.
[[nodiscard]] std::string status_brief(const nlohmann::json& printer);

/// "43 %, 1 h 12 min left" of the object "print" of a printer; empty if neither is known.
[[nodiscard]] std::string progress_text(const nlohmann::json& print);

}  // namespace agent::status
