// The reference page of all metric families, made from the tables that the page of metrics is made from, so that it cannot
// say anything else. packaging/doc/metrics.md is kept equal to it by a test.
#pragma once

#include <string>

namespace agent::metrics {

/// Markdown. Needs no printer and no clock.
[[nodiscard]] std::string metrics_reference();

}  // namespace agent::metrics
