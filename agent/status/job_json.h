// One print as JSON, for /api/v1/jobs and `marlin-agent jobs`. Units stand in the keys; what is not known has no key.
// Described in packaging/doc/api.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "agent/snapshot/history.h"

namespace agent::status {

[[nodiscard]] nlohmann::json job_json(const snapshot::JobRecord& job);

/// The same, with the names beside it that `marlin-agent jobs` wrote in version 0.1: began, ended, filament_meters, progress,
/// and null or an empty text for what is not known.
[[nodiscard]] nlohmann::json job_json_with_deprecated_names(const snapshot::JobRecord& job);

}  // namespace agent::status
