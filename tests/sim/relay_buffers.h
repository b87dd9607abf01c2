// What a LineRelay of a simulation works in; the product's is agent::restart::LinkMemory.
#pragma once

#include <array>

#include "gcode/relay/line_relay.h"

namespace sim {

struct RelayBuffers {
  std::array<char, gcode::relay::RelayMemory::kFromHost> from_host;
  std::array<char, gcode::relay::RelayMemory::kFromPrinter> from_printer;
  std::array<char, gcode::relay::RelayMemory::kToHost> to_host;

  [[nodiscard]] gcode::relay::RelayMemory memory() { return {from_host, from_printer, to_host}; }
};

}  // namespace sim
