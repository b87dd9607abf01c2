// The text output of `status`, made from the JSON of status_json.h. Pure: takes the answer and the terminal's size,
// returns lines. A value without a key has no line, so that it also works with an agent of another version.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/snapshot/snapshot.h"
#include "agent/terminal/styled_text.h"

namespace agent::status {

/// All printers of `status`, separated by empty lines.
[[nodiscard]] std::vector<std::string> draw_status(const nlohmann::json& status, const terminal::TextStyle& style);

/// One printer in one line, for --watch in a pipe.
[[nodiscard]] std::string status_brief(const nlohmann::json& printer);

/// "43 %, 1 h 12 min left" of the object "print" of a printer; empty if neither is known.
[[nodiscard]] std::string progress_text(const nlohmann::json& print);

// The line of `systemctl status`, for the owner, made from the last snapshots:
//   2 printers: mk3 printing, 43 %, 1 h 12 min left; mini not plugged in

/// Up to four printers are listed one by one, more are counted by state. `now`: monotonic.
[[nodiscard]] std::string service_line(const std::vector<std::shared_ptr<const snapshot::LinkSnapshot>>& links,
                                       gcode::line::Time now);

}  // namespace agent::status
