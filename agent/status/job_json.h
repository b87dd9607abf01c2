// One print as JSON, for /api/v1/jobs and `marlin-agent jobs`. The key contains the unit; an unknown value has no key.
// Described in packaging/doc/api.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "agent/snapshot/history.h"

namespace agent::status {

[[nodiscard]] nlohmann::json job_json(const snapshot::JobRecord& job);

/// The same, plus the deprecated names of version 0.1 of `marlin-agent jobs`: began, ended, filament_meters, progress,
/// and null or an empty text for an unknown value.
[[nodiscard]] nlohmann::json job_json_with_deprecated_names(const snapshot::JobRecord& job);

}  // namespace agent::status
