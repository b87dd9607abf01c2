// What of a snapshot goes into the history: what was known and fresh then, nothing of a printer that is silent.
#pragma once

#include <optional>

#include "agent/snapshot/history.h"
#include "agent/snapshot/snapshot.h"

namespace agent::snapshot {

/// The sample of `link` as it is at its taken_at; nothing while the printer does not answer.
[[nodiscard]] std::optional<HistorySample> sample_of(const LinkSnapshot& link);

}  // namespace agent::snapshot
