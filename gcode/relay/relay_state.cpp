#include "gcode/relay/relay_state.h"

#include <cstring>

namespace gcode::relay {

void copy_live(const RelayState& from, RelayState& to) {
  const auto* source = reinterpret_cast<const char*>(&from);
  auto* target = reinterpret_cast<char*>(&to);
  const auto offset_of = [source](const void* member) {
    return static_cast<std::size_t>(static_cast<const char*>(member) - source);
  };
  const auto copy = [&](std::size_t begin, std::size_t end) {
    std::memcpy(target + begin, source + begin, end - begin);
  };
  const InFlightQueue& queue = from.arbiter.in_flight;
  const auto& capabilities = from.arbiter.printer.capabilities;
  copy(0, offset_of(&queue));
  queue.copy_to(to.arbiter.in_flight);
  copy(offset_of(&queue + 1), offset_of(capabilities.data() + from.arbiter.printer.capability_count));
  copy(offset_of(capabilities.data() + capabilities.size()), sizeof from);
}

WriteState write_state_of(const RelayState& state) { return {state, state.arbiter.counters}; }

void put_write_state(const WriteState& from, RelayState& to) {
  static_cast<Positions&>(to) = from.positions;
  static_cast<printer::WriteCounters&>(to.arbiter.counters) = from.counters;
}

}  // namespace gcode::relay
