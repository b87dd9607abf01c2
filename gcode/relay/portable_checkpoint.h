// What a successor of another version is told besides the bytes in the rings: enough to pass on every byte once, to keep
// the agent's reports and its last answer from the host, and to start asking again from nothing.
//
// Its layout is for good: members are only ever added at the end, and their values never change their meaning. The State of
// a relay, which changes with the program, is gone on with only by a version that knows it.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"

namespace gcode::relay {

struct PortableCheckpoint {
  std::uint32_t size = sizeof(PortableCheckpoint);
  // Byte numbers, as RingCounters count them.
  std::uint64_t host_written = 0;  ///< from_host: before this all is out
  std::uint64_t host_taken = 0;    ///< before this all was judged: it goes out as it is
  std::uint64_t host_tail = 0;
  std::uint64_t printer_passed = 0;  ///< from_printer: before this all was passed or withheld
  std::uint64_t printer_tail = 0;
  std::uint64_t to_host_head = 0;
  std::uint64_t to_host_tail = 0;
  std::uint16_t hosts_before = 0;  ///< commands of the host's in flight, before the agent's own and behind it
  std::uint16_t hosts_behind = 0;
  std::int16_t injected_code = 0;    ///< number of the agent's M command in flight; 0: none, -1: another
  std::uint8_t injected_next = 0;    ///< the next write is a line of the agent's own, or a newline of its own
  std::uint8_t injected_unsent = 0;  ///< the command in flight is not out yet
  std::uint8_t host_attached = 0;
  std::uint8_t host_line_open = 0;  ///< a part of a host line went out without its end
  std::uint8_t printer_part_passed = 0;
  std::uint8_t uploading = 0;
  std::uint8_t meatpack = 0;
  // One each: temperature, fans, position, SD. Seconds.
  std::array<std::uint8_t, 4> host_reports{};
  std::array<std::uint8_t, 4> printer_reports{};
  std::array<std::uint8_t, 4> agent_set_reports{};
  std::uint8_t firmware_size = 0;
  std::array<char, 127> firmware{};  ///< FIRMWARE_NAME
};

static_assert(std::is_trivially_copyable_v<PortableCheckpoint> && sizeof(PortableCheckpoint) == 224);

[[nodiscard]] PortableCheckpoint portable_checkpoint_of(const RelayState& state);

/// Whether every byte that it speaks of can be in its rings, and those fit into ours.
[[nodiscard]] bool is_sound(const PortableCheckpoint& left, const RelayMemory& left_rings);

/// Bytes that a predecessor moved and did not note, each way.
struct UncommittedBytes {
  std::size_t from_host = 0, to_printer = 0, from_printer = 0, to_host = 0;
};

/// Makes a fresh `state` and `rings` go on with what was left. `left_rings` are its rings, no larger than ours. Unnoted bytes
/// from host and printer stand in the free space of `rings` then: host_received() and printer_received() are to be told. The
/// agent asks nothing for the next ten seconds: who is owed which ok is not known for certain.
void take_over(PortableCheckpoint left, const UncommittedBytes& unnoted, RelayMemory left_rings, RelayMemory rings,
               RelayState& state, line::Time now);

}  // namespace gcode::relay
