// One printer as /api/v1/printers shows it: what `status --json` tells, less the counters that a page has no use for and
// that would change with every look, and with what only a page needs: the line's last minute, the time of the finish, position
// and overrides. What is not known has no key. Described in packaging/doc/api.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "agent/snapshot/link_quality.h"

namespace agent::status {

[[nodiscard]] nlohmann::json printer_json(const snapshot::LinkSnapshot& link,
                                          const std::optional<snapshot::LinkQuality>& quality, gcode::line::Time now);

}  // namespace agent::status
