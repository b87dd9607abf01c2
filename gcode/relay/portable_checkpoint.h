// What an instance of another version receives besides the bytes in the rings: enough to pass on every byte once, to
// withhold the agent's reports and its last answer from the host, and to start querying from scratch.
//
// Its layout is permanent: members are only added at the end, and their values never change their meaning. A relay's
// State changes with the program, and only a version that knows its layout resumes it.
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
  std::uint64_t host_written = 0;  ///< from_host: everything before this is written
  std::uint64_t host_taken = 0;    ///< everything before this was decided on: it goes out unchanged
  std::uint64_t host_tail = 0;
  std::uint64_t printer_passed = 0;  ///< from_printer: everything before this was passed or withheld
  std::uint64_t printer_tail = 0;
  std::uint64_t to_host_head = 0;
  std::uint64_t to_host_tail = 0;
  std::uint16_t hosts_before = 0;  ///< host commands in flight, before the injected query and behind it
  std::uint16_t hosts_behind = 0;
  std::int16_t injected_code = 0;    ///< number of the injected M command in flight; 0: none, -1: another
  std::uint8_t injected_next = 0;    ///< the next write is an injected query or a separator newline
  std::uint8_t injected_unsent = 0;  ///< the command in flight is not written yet
  std::uint8_t host_attached = 0;
  std::uint8_t host_line_open = 0;  ///< a part of a host line was written without its end
  std::uint8_t printer_part_passed = 0;
  std::uint8_t uploading = 0;
  std::uint8_t meatpack = 0;  ///< 2: a binary transfer, of which every byte passes as well
  // One each: temperature, fans, position, SD. Seconds.
  std::array<std::uint8_t, 4> host_reports{};
  std::array<std::uint8_t, 4> printer_reports{};
  std::array<std::uint8_t, 4> agent_set_reports{};
  std::uint8_t firmware_size = 0;
  std::array<char, 127> firmware{};  ///< FIRMWARE_NAME
};

static_assert(std::is_trivially_copyable_v<PortableCheckpoint> && sizeof(PortableCheckpoint) == 224);

[[nodiscard]] PortableCheckpoint portable_checkpoint_of(const RelayState& state);

/// Whether every byte that it refers to can be in its rings, and those fit into our rings.
[[nodiscard]] bool is_sound(const PortableCheckpoint& left, const RelayMemory& left_rings);

/// Bytes that the previous instance moved and did not record, each way.
struct UncommittedBytes {
  std::size_t from_host = 0, to_printer = 0, from_printer = 0, to_host = 0;
};

/// Makes a fresh `state` and `rings` resume from what was left. `left_rings` are the previous instance's rings, no
/// larger than ours. Afterwards the unrecorded bytes from host and printer are in the free space of `rings`: the caller
/// must call host_received() and printer_received() for them. The agent sends no query for the next ten seconds: which
/// ok is owed to which side is not certain.
void take_over(PortableCheckpoint left, const UncommittedBytes& unnoted, RelayMemory left_rings, RelayMemory rings,
               RelayState& state, line::Time now);

}  // namespace gcode::relay
