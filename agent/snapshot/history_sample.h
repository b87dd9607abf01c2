// The part of a snapshot that goes into the history: fresh values only, nothing for a printer that does not answer.
#pragma once

#include <optional>

#include "agent/snapshot/history.h"
#include "agent/snapshot/snapshot.h"

namespace agent::snapshot {

/// The sample of `link` at its taken_at; nothing while the printer does not answer.
[[nodiscard]] std::optional<HistorySample> sample_of(const LinkSnapshot& link);

}  // namespace agent::snapshot
