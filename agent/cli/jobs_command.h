// `marlin-agent jobs`: reads the history file, also while the daemon writes it.
#pragma once

#include <ostream>

#include "agent/cli/jobs_options.h"

namespace agent::cli {

/// 0; 1 with a sentence on `err` if the history cannot be read.
int list_jobs(const JobsOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
