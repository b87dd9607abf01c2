// The state of a printer's line and of the process at one instant, as plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gcode/dialect/dialect.h"
#include "gcode/printer/lifetime.h"
#include "gcode/printer/link_counters.h"
#include "gcode/printer/mmu.h"
#include "gcode/printer/print_watch.h"
#include "gcode/printer/printer_state.h"

namespace agent::snapshot {

/// marlin_serial_disconnects_total{reason}
enum class DisconnectReason : std::uint8_t { kUnplugged, kIoError, kShutdown, kReleased, kCount };

/// One printer's line at one instant. `taken_at` and every Aged::at are monotonic time; adding `wall_offset` gives Unix
/// time.
struct LinkSnapshot {
  std::string name;       ///< configured name: the `printer` label
  std::string device;     ///< path as configured
  std::string host_port;  ///< path of the link for hosts
  std::string usb_id;     ///< "2c99:0002", or empty
  unsigned baud = 0;
  gcode::line::Time taken_at{};
  gcode::line::Time wall_offset{};
  gcode::printer::PrinterState printer;
  gcode::printer::LinkCounters counters;
  gcode::printer::PrintWatch prints;
  gcode::printer::Mmu mmu;
  gcode::printer::Lifetime lifetime;
  gcode::line::EnumArray<gcode::printer::State, gcode::line::Time> state_time{};
  const gcode::dialect::Dialect* dialect = nullptr;
  bool serial_open = false;
  std::string open_fault;                           ///< sentence: why the last open failed; empty: it succeeded
  bool released = false;                            ///< released by `release`: the agent does not open it
  std::optional<gcode::line::Time> released_until;  ///< monotonic; none: until `attach`
  bool host_connected = false;
  int hosts = 0;          ///< how often the host port is open
  bool survives = false;  ///< the next process can continue with the line
  std::uint64_t commands_in_flight = 0;
  std::uint64_t serial_connects = 0;
  gcode::line::EnumArray<DisconnectReason, std::uint64_t> serial_disconnects{};
  gcode::line::Time last_receive{};  ///< monotonic; zero: never
  std::uint64_t recorded_bytes = 0;
};

inline constexpr std::array<double, 10> kLagBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1};

/// A configuration change that is deferred until the end of a print.
struct PendingChange {
  std::string printer;
  std::string sentence;  ///< what is deferred, and until when
  bool operator==(const PendingChange&) const = default;
};

/// The process as a whole.
struct AgentSnapshot {
  gcode::printer::Histogram<10> event_loop_lag;
  bool last_reload_successful = true;
  double last_reload_success_unix_seconds = 0;
  std::vector<PendingChange> pending_changes;
};

}  // namespace agent::snapshot
