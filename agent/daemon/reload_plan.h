// What of a new configuration has to wait: no port with a print under way is closed, opened anew or renamed. Asks the file
// system which paths are one device, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/snapshot/snapshot.h"

namespace agent::daemon {

/// A printer as it is now.
struct CurrentPrinter {
  config::PrinterConfiguration configuration;
  std::string print;  ///< what is under way, as a clause ("a host is printing"); empty: nothing
};

struct ReloadPlan {
  std::vector<config::PrinterConfiguration> printers;  ///< what there shall be until the prints have ended
  std::vector<snapshot::PendingChange> pending;        ///< what is put off
};

/// Nothing changed that would need the line to be opened anew. Where USB finds the device, its path comes by itself.
[[nodiscard]] bool is_same_line(const config::PrinterConfiguration& a, const config::PrinterConfiguration& b);

/// `wanted` without what would disturb a print of `current`.
[[nodiscard]] ReloadPlan plan_reload(const std::vector<CurrentPrinter>& current,
                                     std::vector<config::PrinterConfiguration> wanted);

/// Why a reload may not take effect at all, a sentence; nothing: it may. `now` is what holds.
[[nodiscard]] std::optional<std::string> refuse_reload(const std::vector<CurrentPrinter>& current,
                                                       const config::Configuration& now,
                                                       const config::Configuration& next);

}  // namespace agent::daemon
