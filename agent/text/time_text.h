// Times as people write them: a date, a date with a time of day, or a duration ago (duration_text.h). Local time.
// Examples: "2026-11-21", "2026-11-21T14:30:05", "7d" (seven days ago), "1:02:03" for an elapsed time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent::text {

/// Unix seconds; `now`: Unix seconds, the reference for "7d". Nothing if `text` is not a time.
[[nodiscard]] std::optional<double> parse_time(std::string_view text, double now);
/// "2026-11-21 14:30:05", local; empty for 0.
[[nodiscard]] std::string local_time_text(double unix_seconds);
/// "2026-11-21T13:30:05Z"; empty for 0.
[[nodiscard]] std::string utc_time_text(double unix_seconds);
/// "9:08:07"; the hours are not bounded.
[[nodiscard]] std::string elapsed_text(double seconds);

}  // namespace agent::text
