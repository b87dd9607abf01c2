// One printer as in /api/v1/printers: the content of `status --json` without the counters that a page does not need and
// that would change with every refresh, plus what only a page needs: the line's last minute, the finish time, position
// and overrides. An unknown value has no key. Described in packaging/doc/api.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "agent/snapshot/link_quality.h"

namespace agent::status {

[[nodiscard]] nlohmann::json printer_json(const snapshot::LinkSnapshot& link,
                                          const std::optional<snapshot::LinkQuality>& quality, gcode::line::Time now);

}  // namespace agent::status
