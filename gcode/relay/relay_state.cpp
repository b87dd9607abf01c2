#include "gcode/relay/relay_state.h"

#include <cstring>

namespace gcode::relay {

void copy_live(const RelayState& from, RelayState& to) {
  const auto* source = reinterpret_cast<const char*>(&from);
  auto* target = reinterpret_cast<char*>(&to);
  const auto queue_at = static_cast<std::size_t>(reinterpret_cast<const char*>(&from.arbiter.in_flight) - source);
  const std::size_t behind = queue_at + sizeof(InFlightQueue);
  std::memcpy(target, source, queue_at);
  from.arbiter.in_flight.copy_to(to.arbiter.in_flight);
  std::memcpy(target + behind, source + behind, sizeof from - behind);
}

}  // namespace gcode::relay
