// The answer to `status` as JSON with stable keys: made on the control thread from the published snapshots, with the
// same freshness rules as the metrics. An unknown value has no key. The key contains the unit; ratios go from 0 to 1. The
// keys: packaging/doc/api.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/control/control_protocol.h"
#include "agent/process/build_info.h"
#include "agent/snapshot/history.h"
#include "agent/snapshot/link_quality.h"
#include "agent/snapshot/published_snapshots.h"

namespace agent::status {

[[nodiscard]] nlohmann::json printer_status(const snapshot::LinkSnapshot& link, gcode::line::Time now);

/// The answer to `request` (verb kStatus) with its newline. `uptime`: of the agent.
[[nodiscard]] std::string status_line(const control::ControlRequest& request,
                                      const snapshot::PublishedSnapshots& snapshots, const process::BuildInfo& build,
                                      gcode::line::Time now, gcode::line::Time uptime);

/// "no printer \"mk4\"; there are mk3, mini".
[[nodiscard]] control::ControlAnswer unknown_printer(const std::string& name, const std::vector<std::string>& known);

/// One printer as in /api/v1/printers: as above without the counters that a page does not need and that would change with
/// every refresh, plus what only a page needs: the last minute of the line, the finish time, position and overrides.
[[nodiscard]] nlohmann::json printer_json(const snapshot::LinkSnapshot& link,
                                          const std::optional<snapshot::LinkQuality>& quality, gcode::line::Time now);

/// One print, for /api/v1/jobs and `marlin-agent jobs`. Described in packaging/doc/api.md.
[[nodiscard]] nlohmann::json job_json(const snapshot::JobRecord& job);

/// The same, plus the deprecated names of version 0.1 of `marlin-agent jobs`: began, ended, filament_meters, progress,
/// and null or an empty text for an unknown value.
[[nodiscard]] nlohmann::json job_json_with_deprecated_names(const snapshot::JobRecord& job);

}  // namespace agent::status
