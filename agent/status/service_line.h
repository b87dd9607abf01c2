// The status line of `systemctl status`: one line about the printers for their owner, made from the last snapshots.
// Pure.
//
//   2 printers: mk3 printing, 43 %, 1 h 12 min left; mini not plugged in
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/snapshot/snapshot.h"

namespace agent::status {

/// Up to four printers are listed one by one, more are counted by state. `now`: monotonic.
[[nodiscard]] std::string service_line(const std::vector<std::shared_ptr<const snapshot::LinkSnapshot>>& links,
                                       gcode::line::Time now);

}  // namespace agent::status
