// Three prints that the demo's first printer has behind it: one completed, one that ran out of moves, one that failed. Invented, so that
// every part of the page has something to show. Known only to the history file.
#pragma once

#include <string>
#include <vector>

#include "agent/jobs/store_database.h"

namespace agent::demo {

/// Oldest first; `now`: Unix seconds, after the last of them.
[[nodiscard]] std::vector<jobs::JobChange> demo_history(const std::string& printer, double now);

/// Writes them into a new history in `state_dir`, which it creates; returns a sentence if that fails, otherwise "".
[[nodiscard]] std::string write_demo_history(const std::string& state_dir, const std::string& printer, double now);

}  // namespace agent::demo
