// `marlin-agent doctor`: checks the machine, the printers' devices and the host programs' settings, and says for each
// fault what to do. Only reads: it opens no device, since that resets a printer.
#pragma once

#include <ostream>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/doctor/machine.h"

namespace agent::doctor {

struct Check {
  const char* subject;
  Findings (*look)(const Machine& machine, const config::Configuration& configuration);
};

/// All checks, in the order of the way from the USB plug to the host program.
[[nodiscard]] const std::vector<Check>& checks();

/// Runs all checks and prints "ok", "wrong" or "unknown" with the subject, then fault and cure. The result is whether
/// nothing is wrong. `configuration` has both directories set.
bool examine(const Machine& machine, const config::Configuration& configuration, std::ostream& out);

}  // namespace agent::doctor
