// `marlin-agent release`, `attach` and `reset`: one command to the running agent, its answer as one sentence.
#pragma once

#include <iosfwd>

#include "agent/cli/control_options.h"

namespace agent::cli {

/// The sentence goes to `out` if the command succeeded, otherwise to `err`. Returns the exit status.
[[nodiscard]] int send_command(const CommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
