// Times of an export, in whole milliseconds since 1970 as in Prometheus: instants as people write them, the range, the
// grid of instants of the values, and the columns of a table. Pure except for the local time zone. Examples: "2026-11-21 14:30",
// "2026-11-21T13:30:05Z", "1700000000", "now", "7d" (seven days ago).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent::tools {

using Ms = std::chrono::milliseconds;

/// Local time unless it ends with 'Z'; a number is Unix seconds. Nothing if `text` is not a time.
[[nodiscard]] std::optional<Ms> parse_instant(std::string_view text, Ms now);

/// "1700000000" or "1700000000.25".
[[nodiscard]] std::string seconds_text(Ms time);

struct Range {
  Ms start{}, end{};
};

/// Instants start, start + step, ...
struct Grid {
  Ms start{}, step{1000};
  std::size_t points = 0;

  [[nodiscard]] Ms time(std::size_t i) const { return start + step * static_cast<Ms::rep>(i); }
  [[nodiscard]] Ms last() const { return points == 0 ? start : time(points - 1); }
  /// The instant of the grid nearest to `time`, within half a step; nothing outside the grid.
  [[nodiscard]] std::optional<std::size_t> index_of(Ms time) const;
};

/// The multiples of `step` since 1970, from the one at or before range.start to the one at or before range.end.
/// Repeated exports and both sources therefore have the same instants.
[[nodiscard]] Grid grid_over(const Range& range, Ms step);

/// At least `least`, and coarse enough that `range` has about 10,000 points; whole seconds if above a second.
[[nodiscard]] Ms automatic_step(const Range& range, Ms least);

/// Prometheus refuses more than 11,000 points per query.
inline constexpr std::size_t kMostPointsAtOnce = 10'000;
/// The grid in pieces of at most `most` points, in order.
[[nodiscard]] std::vector<Grid> pieces_of(const Grid& grid, std::size_t most = kMostPointsAtOnce);

enum class TimeStyle {
  kUnix,      ///< "1700000000": seconds since 1970
  kIso,       ///< "2023-11-14T22:13:20Z": UTC
  kRelative,  ///< "90": seconds since the beginning
  kElapsed,   ///< "0:01:30": the same, as hours:minutes:seconds
  kCount
};
[[nodiscard]] std::optional<TimeStyle> time_style_of(std::string_view word);

/// `origin`: reference of relative and elapsed times.
[[nodiscard]] std::string time_text(Ms time, TimeStyle style, Ms origin);

}  // namespace agent::tools
