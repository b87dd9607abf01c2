// What PrusaLink takes for an answer: an instruction refuses its ok until the line came that it waits for.
// Wire examples: "3.13.3-7591", "302", "100%", "/OK.GCO".
#pragma once

#include <string_view>

namespace sim::prusalink {

/// What an instruction must have read before it takes an ok.
enum class Wanted { kNothing, kAnyLine, kPercent, kNumber, kSdState };

[[nodiscard]] bool matches(Wanted wanted, std::string_view line);

/// `3.13.3-7591`. Older than 3.10 is refused: such a printer answers M220 without a percentage, which it must have.
[[nodiscard]] bool is_version(std::string_view line);
[[nodiscard]] bool is_printer_type(std::string_view line);
[[nodiscard]] bool is_busy(std::string_view line);

}  // namespace sim::prusalink
