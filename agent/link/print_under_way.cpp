#include "agent/link/print_under_way.h"

namespace agent::link {

std::optional<std::string_view> print_under_way(const gcode::relay::LineRelay& relay) {
  const gcode::printer::PrintWatch& prints = relay.prints();
  if (!relay.printer().open) return std::nullopt;
  switch (relay.activity()) {
    case gcode::printer::Activity::kPaused: return "a print is paused";
    case gcode::printer::Activity::kRunning:
    case gcode::printer::Activity::kUnconfirmed:
      return prints.is_open() && prints.is_from_host() ? "a host is printing" : "a print from the SD card is running";
    case gcode::printer::Activity::kNone: break;
  }
  if (relay.host_is_binary() && relay.host_is_attached())
    return "a host sends binary lines (MeatPack) or an upload, which may be a print";
  return std::nullopt;
}

}  // namespace agent::link
