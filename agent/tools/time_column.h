// Formats an instant for an export's first column, and a value for the others. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/tools/time_grid.h"

namespace agent::tools {

enum class TimeStyle {
  kUnix,      ///< "1700000000": seconds since 1970
  kIso,       ///< "2023-11-14T22:13:20Z": UTC
  kRelative,  ///< "90": seconds since the beginning
  kElapsed,   ///< "0:01:30": the same, as hours:minutes:seconds
};
[[nodiscard]] std::optional<TimeStyle> time_style_of(std::string_view word);

/// `origin`: reference of relative and elapsed times.
[[nodiscard]] std::string time_text(Ms time, TimeStyle style, Ms origin);

/// The shortest text that parses back to this number: "215.1", "NaN", "+Inf".
[[nodiscard]] std::string number_text(double value);

}  // namespace agent::tools
