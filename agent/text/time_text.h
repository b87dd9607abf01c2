// Times as people write them. Durations in Prometheus's spelling, with "min" as a synonym of "m": one or more numbers,
// each with its unit (y, w, d, h, m or min, s, ms), which are added up: "1h30m", "500ms", "1.5s", "2d". Instants: a date,
// a date with a time of day, or a duration ago; local time: "2026-11-21", "2026-11-21T14:30:05", "7d" (seven days ago).
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

/// Unix seconds; `now`: Unix seconds, the reference for "7d". Nothing if `text` is not a time.
[[nodiscard]] std::optional<double> parse_time(std::string_view text, double now);
/// "2026-11-21 14:30:05", local; empty for 0.
[[nodiscard]] std::string local_time_text(double unix_seconds);
/// "2026-11-21T13:30:05Z"; empty for 0.
[[nodiscard]] std::string utc_time_text(double unix_seconds);
/// "9:08:07"; the hours are not bounded.
[[nodiscard]] std::string elapsed_text(double seconds);

}  // namespace agent::text
