// `marlin-agent run`: the service and its signals. SIGTERM and SIGINT end it within a second, SIGHUP reads the
// configuration file again.
#pragma once

#include "agent/cli/options.h"

namespace agent::cli {

/// Returns the program's status: 0 after a signal, 1 with a sentence on standard error if it could not start.
int run(const config::RunOptions& options);

}  // namespace agent::cli
