// Makes text and numbers from the wire valid for an exposition. One invalid byte in a label makes the whole target fail
// (prometheus-cpp passes it on, Prometheus refuses the page), so every free string goes through here first.
// Wire example: "Prusa i3 MK3S\xff\n" becomes "Prusa i3 MK3S\uFFFD\uFFFD".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agent::text {

/// 128 bytes: longer than any name of a printer or firmware that was seen (91 bytes), short enough for a series index.
inline constexpr std::size_t kMaxLabelBytes = 128;

/// Valid UTF-8 without control characters and at most `max_bytes` long, cut between characters. Bytes that are not
/// UTF-8 and control characters (is_control() of utf8.h) become U+FFFD, one for each maximal bad piece.
[[nodiscard]] std::string clean_text(std::string_view raw, std::size_t max_bytes = kMaxLabelBytes);

/// A capability as Marlin and Prusa name them: [A-Z0-9_]{1,31}.
[[nodiscard]] bool is_capability_name(std::string_view name);

/// The shortest text that parses back to this number: "215.1", "NaN", "+Inf".
[[nodiscard]] std::string number_text(double value);

/// A ratio in whole percent, rounded down, so that only a complete print is at "100 %": 0.57 gives "57 %", 0.996 "99 %".
[[nodiscard]] std::string percent_text(double ratio);

/// The double that prints as the float does: 215.1F gives 215.1 and not 215.1000061035156.
[[nodiscard]] double as_written(float value);

}  // namespace agent::text
