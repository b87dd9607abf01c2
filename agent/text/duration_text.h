// The spelling of durations in options and in the configuration: Prometheus's, with "min" as a synonym of "m".
// A duration is one or more numbers, each with its unit (y, w, d, h, m or min, s, ms), which are added up.
// Examples: "1h30m", "500ms", "1.5s", "10min", "2d", "1w". Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agent::text {

/// A year has 365 days. The bound keeps every instant within 64 bits of nanoseconds.
inline constexpr std::chrono::hours kLongestDuration{285 * 365 * 24};

/// Nothing if `text` is not a duration or above kLongestDuration. Without a unit only "0" is accepted.
[[nodiscard]] std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

/// "90": digits, at most one point, and no unit. Some options and keys of earlier versions took that as seconds; they
/// still do, with a warning.
[[nodiscard]] bool lacks_unit(std::string_view text);

/// A text that parse_duration accepts, in whole milliseconds: "50ms", "1m30s", "1w", "0s".
[[nodiscard]] std::string duration_text(std::chrono::microseconds duration);

}  // namespace agent::text
