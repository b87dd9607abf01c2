// What PrusaLink accepts as an answer: an instruction ignores its ok until the expected line came.
// Wire examples: "3.13.3-7591", "302", "100%", "/OK.GCO".
#pragma once

#include <string_view>

namespace sim::prusalink {

/// What an instruction must have read before it accepts an ok.
enum class Wanted { kNothing, kAnyLine, kPercent, kNumber, kSdState };

[[nodiscard]] bool matches(Wanted wanted, std::string_view line);

/// `3.13.3-7591`. Older than 3.10 is refused: such a printer answers M220 without a percentage, which is required.
[[nodiscard]] bool is_version(std::string_view line);
[[nodiscard]] bool is_printer_type(std::string_view line);
[[nodiscard]] bool is_busy(std::string_view line);

}  // namespace sim::prusalink
