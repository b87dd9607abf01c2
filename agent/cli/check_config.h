// `marlin-agent check-config FILE`: lists every error in a configuration file, or reports that it is correct.
// The web server's file that it names is read too, with its certificates.
#pragma once

#include <iosfwd>

#include "agent/cli/options.h"

namespace agent::cli {

/// Prints "FILE: ok, N printers" to `out` and returns 0, or one line for each error to `err` and returns 1.
int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
