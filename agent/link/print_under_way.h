// Whether releasing a printer now would ruin a print: checked before `release` and `reset`. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "gcode/relay/line_relay.h"

namespace agent::link {

/// The print that is running, as a clause ("a host is printing"), or nothing. A paused print counts, and so does an
/// upload to the SD card. Everything that an attached host sends as binary (MeatPack) counts too, since it cannot be
/// read.
[[nodiscard]] std::optional<std::string_view> print_under_way(const gcode::relay::LineRelay& relay);

}  // namespace agent::link
