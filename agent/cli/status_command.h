// `marlin-agent status`: queries the running agent and shows its answer, once or every second.
#pragma once

#include <iosfwd>

#include "agent/cli/control_options.h"

namespace agent::cli {

/// Returns the exit status. On a terminal `out` must be standard output.
[[nodiscard]] int status(const StatusOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
