// `marlin-agent check-config FILE`: everything that is wrong in a configuration file, or that it is right.
// What it names as the web server's own file is read too, with its certificates.
#pragma once

#include <iosfwd>

#include "agent/cli/options.h"

namespace agent::cli {

/// Prints "FILE: ok, N printers" to `out` and returns 0, or one line for each error to `err` and returns 1.
int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
