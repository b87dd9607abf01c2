// Whether letting go of a printer now would ruin a print: the one question before `release` and `reset`. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "gcode/printer_state.h"

namespace agent {

/// What is under way, as a clause ("a host is printing"), or nothing. A paused print is one, and so is an upload to the SD
/// card, which is a numbered stream like any other.
[[nodiscard]] std::optional<std::string_view> print_under_way(const gcode::PrinterState& printer, gcode::Time now);

}  // namespace agent
