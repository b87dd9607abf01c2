// The page of metrics as OpenMetrics 1.0: families with units, counters without "_total" in their name and with their
// creation time, `# EOF` at the end. A client that does not ask for it gets text format 0.0.4 (prometheus-cpp's).
// Wire example: "# TYPE marlin_resends counter\nmarlin_resends_total{printer="mk3",reason="checksum"} 2\n"
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string_view>

#include <prometheus/metric_family.h>

namespace agent::metrics {

inline constexpr std::string_view kOpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether a client that sent this Accept header reads OpenMetrics 1.0 ("application/openmetrics-text;version=1.0.0").
[[nodiscard]] bool takes_openmetrics(std::string_view accept);

/// "counter", "gauge", as in the TYPE line of a family.
[[nodiscard]] std::string_view word_of(prometheus::MetricType type);

/// "seconds" of "marlin_busy_seconds_total": the unit that a family's name ends with, or empty.
[[nodiscard]] std::string_view unit_of(std::string_view family_name);

/// The Unix time at which the counter of a series was created, if known.
using Created = std::function<std::optional<double>(const prometheus::ClientMetric&)>;

/// One family with all its series; the page ends with "# EOF". `created`: empty if it is known of no series.
void write_openmetrics(std::ostream& out, const prometheus::MetricFamily& family, const Created& created);

}  // namespace agent::metrics
