// The implementation of LineRelay, shared by its three files: line_relay.cpp (the public interface),
// relay_to_printer.cpp and relay_to_host.cpp (one direction each). Private to them.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "gcode/line/byte_ring.h"
#include "gcode/relay/arbiter.h"
#include "gcode/relay/relay_memory.h"
#include "gcode/relay/relay_settings.h"
#include "gcode/relay/relay_state.h"

namespace gcode::relay {

/// Longest piece that is treated as one line, both ways, in bytes. The longest command that any supported firmware
/// accepts is 95, the longest printer line on record is Marlin's area report, some 150. Anything longer is not a line
/// (a flood of FF without an end is on record) and passes unparsed.
inline constexpr std::size_t kLongestLine = 512;
using LineBuffer = std::array<char, kLongestLine>;

// An unfinished line is passed after this time: its end may never come ("TIMEOUT:" of old Prusas has none). At 115200
// baud two bytes of one line are 87 us apart.
inline constexpr line::Time kUnfinished = std::chrono::milliseconds(40);
// A host's part that is no text has no end to wait for: a packet.
inline constexpr line::Time kUnfinishedPacket = std::chrono::milliseconds(50);
// While a query is outstanding or the agent has set reports, other lines wait this long for their end.
inline constexpr line::Time kUnfinishedInjected = std::chrono::milliseconds(250);
// A line that may answer the agent waits longer than USB or the process stalls under any load. If a part of it passed,
// the host would get a duplicate ack; a late line does no harm, and the printer's next output ends the line.
inline constexpr line::Time kUnfinishedHeld = std::chrono::seconds(15);

/// One past the first byte in [from, to) that ends a line, or nothing.
[[nodiscard]] std::optional<std::uint64_t> find_end(const line::ByteRing& ring, std::uint64_t from, std::uint64_t to,
                                                    bool carriage_return);

struct RelayImpl {
  RelayImpl(const RelaySettings& settings, RelayMemory memory, RelayState& state)
      : s(state),
        from_host(memory.from_host, state.from_host),
        from_printer(memory.from_printer, state.from_printer),
        to_host(memory.to_host, state.to_host),
        arbiter(state.arbiter) {
    arbiter.apply(settings);
  }

  // host -> printer
  void process_host(line::Time now);
  bool next_host_piece(line::Time now);
  void pass_host_line(std::uint64_t end, line::Time now);
  void pass_host_part(std::uint64_t end, line::Time now);
  void account_host_line(std::uint64_t end, line::Time now);
  /// When the unfinished end of the host's bytes passes without its rest, or kNever.
  [[nodiscard]] line::Time part_passes_at() const;
  bool host_must_wait(line::Time now);
  bool emergency_waits();
  void pass_marked_byte(line::Time now);
  void pass_transparent(line::Time now);
  void pass_packed(line::Time now);
  void pass_binary(line::Time now);
  void packed_ended();
  void free_host_bytes() { from_host.drop_until(std::min(s.host_written, s.host_line_start)); }
  void send_injected(line::Time now);
  /// A part of a line was passed unparsed (poll was off): nothing may be injected behind it yet.
  [[nodiscard]] bool part_is_taken() const { return s.host_taken > s.host_line_start; }
  /// The printer stopped within a line, so what it says to a query would come late: nothing is injected.
  [[nodiscard]] bool printer_line_waits() const {
    return from_printer.tail() > std::max(s.printer_line_start, s.printer_passed);
  }
  void send_separator();
  void insert(Insertion what);
  [[nodiscard]] std::string_view injected_text() const {
    return s.insertion == Insertion::kSeparator ? "\n" : s.arbiter.injection.line.text.view();
  }

  // printer -> host
  void process_printer(line::Time now);
  void handle_printer_line(std::uint64_t end, line::Time now);
  void pass_to_host(std::uint64_t from, std::uint64_t to, reply::ReplyKind kind, bool ends_line, line::Time now);
  void pass_unfinished(line::Time now);
  /// How long an unfinished printer line may wait for its rest.
  [[nodiscard]] line::Time unfinished_limit() const;
  void forget_bytes();

  [[nodiscard]] HostStream& stream() { return s.arbiter.host_stream; }
  [[nodiscard]] printer::LinkCounters& counters() const { return s.arbiter.counters; }

  RelayState& s;
  line::ByteRing from_host, from_printer, to_host;
  Arbiter arbiter;
};

}  // namespace gcode::relay
