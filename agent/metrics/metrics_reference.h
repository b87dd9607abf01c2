// The reference page of all metric families, made from the same tables as the page of metrics, so that the two cannot
// differ. A test compares packaging/doc/metrics.md with it.
#pragma once

#include <string>

namespace agent::metrics {

/// Markdown. Needs no printer and no clock.
[[nodiscard]] std::string metrics_reference();

}  // namespace agent::metrics
