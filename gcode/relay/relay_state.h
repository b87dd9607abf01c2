// Everything that LineRelay knows besides the bytes in its rings, as one plain value: the next instance resumes from it
// and the rings, even in the middle of a line.
#pragma once

#include <cstdint>
#include <type_traits>

#include "gcode/line/byte_ring.h"
#include "gcode/relay/arbiter.h"

namespace gcode::relay {

/// What the agent writes between the host's bytes.
enum class Insertion : std::uint8_t {
  kNone,
  kQuery,      ///< the injected query
  kSeparator,  ///< a newline: before the host's next line, or behind what another program may have left
};

/// Where the bytes of both directions are.
struct Positions {
  line::RingCounters from_host, from_printer, to_host;

  // host -> printer. head <= written, line_start; written <= taken <= tail; all count bytes as RingCounters do.
  std::uint64_t host_line_start = 0;       ///< first byte that is not part of a parsed line yet
  std::uint64_t host_scanned = 0;          ///< no line end before this
  std::uint64_t host_taken = 0;            ///< may be written up to here
  std::uint64_t host_written = 0;          ///< written up to here
  line::Time host_arrived = line::kNever;  ///< when the oldest unwritten byte came

  // injected query, between host bytes
  std::uint64_t injected_at = 0;  ///< goes out when host_written == injected_at
  std::uint8_t injected_written = 0;
  Insertion insertion = Insertion::kNone;

  // printer -> host
  std::uint64_t printer_line_start = 0;
  std::uint64_t printer_scanned = 0;
  std::uint64_t printer_passed = 0;  ///< end of the part of the line that was passed early
  /// The line exceeds the limit; its bytes pass unparsed. No position tells: those bytes are gone from the ring.
  bool printer_line_long = false;
  line::Time printer_arrived = line::kNever;  ///< when the last byte of an unfinished line came
  line::Time to_host_arrived = line::kNever;  ///< when the oldest byte waiting for the host came
};

struct RelayState : Positions {
  ArbiterState arbiter;
};

static_assert(std::is_trivially_copyable_v<RelayState>);

/// Makes `to` equal to `from` at half the cost of an assignment: unused places of the in-flight queue and of the
/// capabilities, more than half of the whole, are not copied.
void copy_live(const RelayState& from, RelayState& to);

/// What a write changes: LineRelay::printer_took() and host_took() change nothing else of a RelayState.
struct WriteState {
  Positions positions;
  printer::WriteCounters counters;
};
[[nodiscard]] WriteState write_state_of(const RelayState& state);
void put_write_state(const WriteState& from, RelayState& to);

}  // namespace gcode::relay
