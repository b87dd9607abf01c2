// Finds the changes of a new configuration that have to wait: no port with a running print is closed, reopened or
// renamed. Asks only the file system, to find which paths are the same device.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/snapshot/snapshot.h"

namespace agent::daemon {

struct CurrentPrinter {
  config::PrinterConfiguration configuration;
  std::string print;  ///< the running print, as a clause ("a host is printing"); empty: none
};

struct ReloadPlan {
  std::vector<config::PrinterConfiguration> printers;  ///< the printers to have until the prints have ended
  std::vector<snapshot::PendingChange> pending;        ///< deferred changes
};

/// No change needs the line to be reopened. The path of a device that is found by USB is not compared.
[[nodiscard]] bool is_same_line(const config::PrinterConfiguration& a, const config::PrinterConfiguration& b);

/// `wanted` without the changes that would disturb a print of `current`.
[[nodiscard]] ReloadPlan plan_reload(const std::vector<CurrentPrinter>& current,
                                     std::vector<config::PrinterConfiguration> wanted);

/// A sentence why a reload may not take effect at all; nothing: it may. `now`: the configuration in use.
[[nodiscard]] std::optional<std::string> refuse_reload(const std::vector<CurrentPrinter>& current,
                                                       const config::Configuration& now,
                                                       const config::Configuration& next);

}  // namespace agent::daemon
