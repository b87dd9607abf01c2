#include "agent/link/print_under_way.h"

namespace agent::link {

std::optional<std::string_view> print_under_way(const gcode::relay::LineRelay& relay, gcode::line::Time now) {
  const gcode::printer::PrinterState& printer = relay.printer();
  if (!printer.open) return std::nullopt;
  // Checked first: a paused print sends no more lines, or its SD reading has stopped, and the pause is what a person
  // knows.
  if (printer.paused) return "a print is paused";
  if (printer.sd_printing) return "a print from the SD card is running";
  if (printer.host_is_printing(now)) return "a host is printing";
  if (relay.host_is_binary() && relay.host_is_attached())
    return "a host sends binary lines (MeatPack) or an upload, which may be a print";
  return std::nullopt;
}

}  // namespace agent::link
