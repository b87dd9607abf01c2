// The whole pure core of one printer's line: host bytes in, printer bytes in, both outputs out, no I/O and no clock.
// Bytes wait in rings in the caller's memory; everything else that the next instance needs is one plain State.
// The bridge moves bytes between these rings and file descriptors; a simulation moves them between two models.
//
//   pty  -> from_host ring -> lines -> Arbiter -> (same ring, injected queries between) -> to_printer() -> serial port
//   tty  -> from_printer ring -> lines -> parse_reply -> Arbiter -> to_host ring or withheld -> to_host() -> pty
//
// Invariants, however the input is split into pieces: host bytes reach to_printer() once, in order, unchanged, with
// whole injected queries between lines and nowhere else; printer bytes reach to_host() once, in order, unchanged,
// except whole lines that answer the agent.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "gcode/line/byte_ring.h"
#include "gcode/line/time.h"
#include "gcode/printer/link_counters.h"
#include "gcode/printer/printer_activity.h"
#include "gcode/printer/printer_state.h"
#include "gcode/relay/relay_memory.h"
#include "gcode/relay/relay_settings.h"
#include "gcode/relay/stream_position.h"

namespace gcode::printer {
class PrintWatch;
struct Mmu;
struct Lifetime;
}  // namespace gcode::printer

namespace gcode::relay {

/// Bytes ready for one direction: at most two pieces, one writev().
using OutputPieces = std::array<std::string_view, 2>;

struct RelayState;  // relay_state.h
struct RelayImpl;   // relay_impl.h
class LineRelay {
 public:
  /// `memory` and `state` are not owned and outlive the relay. A `state` that was in use before is resumed.
  LineRelay(const RelaySettings& settings, RelayMemory memory, RelayState& state);
  ~LineRelay();
  LineRelay(const LineRelay&) = delete;
  LineRelay& operator=(const LineRelay&) = delete;

  /// New settings take effect immediately; nothing in flight is lost.
  void apply(const RelaySettings& settings, line::Time now);

  // --- printer side
  void resume(line::Time now);  ///< resumes the previous instance's state; the line was not read for a while before
  void printer_opened(line::Time now);  ///< a device was opened: this may have reset it
  void printer_lost(
      line::Time now);  ///< the device is gone: everything queued for it or half received is dropped and counted
  [[nodiscard]] std::array<std::span<char>, 2> printer_space();  ///< where to read the tty into
  [[nodiscard]] bool has_printer_space() const;
  [[nodiscard]] bool awaits_line_end() const;  ///< a part of a printer's line is held back
  void printer_received(std::size_t bytes, line::Time now);
  [[nodiscard]] OutputPieces to_printer() const;  ///< an injected query is always alone in it: one write
  void printer_took(std::size_t bytes, line::Time now);

  // --- host side
  void host_opened(line::Time now);
  void host_closed(line::Time now);  ///< what the host wrote before is still sent, including a last line without end
  [[nodiscard]] std::array<std::span<char>, 2> host_space();  ///< where to read the pty into; empty: do not read
  [[nodiscard]] bool has_host_space() const;
  void host_received(std::size_t bytes, line::Time now);
  [[nodiscard]] OutputPieces to_host() const;
  void host_took(std::size_t bytes, line::Time now);

  // --- time
  void tick(line::Time now);  ///< call when deadline() has passed; earlier or additional calls have no effect
  [[nodiscard]] line::Time deadline() const;

  [[nodiscard]] const printer::PrinterState& printer() const;
  [[nodiscard]] const printer::LinkCounters& counters() const;
  [[nodiscard]] const printer::PrintWatch& prints() const;
  /// Of the host's print that ended last.
  [[nodiscard]] const StreamPosition& stream_position() const;
  [[nodiscard]] printer::State state(line::Time now) const;
  [[nodiscard]] printer::Activity activity() const;
  [[nodiscard]] const printer::Mmu& mmu() const;
  [[nodiscard]] const printer::Lifetime& lifetime() const;
  [[nodiscard]] const dialect::Dialect& dialect() const;
  /// Commands written and not yet acknowledged, the host's and the agent's.
  [[nodiscard]] std::size_t commands_in_flight() const;
  [[nodiscard]] bool host_is_attached() const;
  /// A host left within a line. A newline would execute what the printer has of it: no query is sent before another host
  /// ends the line, or the device is opened again.
  [[nodiscard]] bool host_left_part() const;
  /// The host's bytes pass unparsed: binary (MeatPack, packets), or lines of an upload.
  [[nodiscard]] bool host_is_binary() const;

  /// Copies bytes in and processes them: for tests, simulation and the demo. Returns how many were accepted.
  std::size_t feed_host(std::string_view bytes, line::Time now);
  std::size_t feed_printer(std::string_view bytes, line::Time now);

 private:
  std::unique_ptr<RelayImpl> impl_;
};

}  // namespace gcode::relay
