// `marlin-agent metrics`: the metrics of one page as a table, once or again and again; what is wrong with
// them.
#pragma once

#include <ostream>

namespace agent::tools {

/// The command with its command line; returns the exit status.
int metrics_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace agent::tools
