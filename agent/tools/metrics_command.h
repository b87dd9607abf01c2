// `marlin-agent metrics`: the metrics of one page as a table, once or repeatedly.
#pragma once

#include <ostream>

namespace agent::tools {

/// Runs the command with its command line; returns the exit status.
int metrics_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace agent::tools
