// Whether letting go of a printer now would ruin a print: the one question before `release` and `reset`. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "gcode/relay/line_relay.h"

namespace agent::link {

/// What is under way, as a clause ("a host is printing"), or nothing. A paused print is one; so is an upload to the SD card;
/// and so is all that an attached host sends packed, since nobody can tell.
[[nodiscard]] std::optional<std::string_view> print_under_way(const gcode::relay::LineRelay& relay,
                                                              gcode::line::Time now);

}  // namespace agent::link
