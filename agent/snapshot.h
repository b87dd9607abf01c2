// What the I/O thread tells the others: copies, published whole. A scrape reads the last copy and never touches the
// state that the I/O thread works on; publishing takes one short lock and one allocation.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/history.h"
#include "agent/store_counters.h"
#include "gcode/dialect.h"
#include "gcode/lifetime.h"
#include "gcode/link_counters.h"
#include "gcode/mmu.h"
#include "gcode/print_watch.h"
#include "gcode/printer_state.h"

namespace agent {

/// marlin_serial_disconnects_total{reason}
enum class DisconnectReason : std::uint8_t { kUnplugged, kIoError, kShutdown, kReleased, kCount };

/// One printer's line at one instant. `taken_at` and every Aged::at are on the monotonic clock; `wall_offset` added to
/// one of them gives Unix time.
struct LinkSnapshot {
  std::string name;       ///< configured name: the `printer` label
  std::string device;     ///< path as configured
  std::string host_port;  ///< path of the link for hosts
  std::string usb_id;     ///< "2c99:0002", or empty
  unsigned baud = 0;
  gcode::Time taken_at{};
  gcode::Time wall_offset{};
  gcode::PrinterState printer;
  gcode::LinkCounters counters;
  gcode::PrintWatch prints;
  gcode::Mmu mmu;
  gcode::Lifetime lifetime;
  gcode::EnumArray<gcode::State, gcode::Time> state_time{};
  const gcode::Dialect* dialect = nullptr;
  bool serial_open = false;
  std::string open_fault;                     ///< why the device could not be opened last, a sentence; empty: it could
  bool released = false;                      ///< handed over by `release`: nothing opens it
  std::optional<gcode::Time> released_until;  ///< monotonic; none: until `attach`
  bool host_connected = false;
  bool survives = false;  ///< a successor of this process goes on with the line
  std::uint64_t commands_in_flight = 0;
  std::uint64_t serial_connects = 0;
  gcode::EnumArray<DisconnectReason, std::uint64_t> serial_disconnects{};
  gcode::Time last_receive{};  ///< monotonic; zero: never
  std::uint64_t recorded_bytes = 0;
};

inline constexpr std::array<double, 10> kLagBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1};

/// A change of the configuration that waits for the end of a print.
struct PendingChange {
  std::string printer;
  std::string sentence;  ///< what waits, and for what
  bool operator==(const PendingChange&) const = default;
};

/// The process as a whole.
struct AgentSnapshot {
  gcode::Histogram<10> event_loop_lag;
  bool last_reload_successful = true;
  double last_reload_success_unix_seconds = 0;
  std::vector<PendingChange> pending_changes;
};

/// Shared by the I/O thread (writes) and the web thread (reads).
class SnapshotBoard {
 public:
  /// Replaces or adds the printer of that name. Order of first publishing is kept.
  void publish(const LinkSnapshot& link);
  /// Takes a printer off the board (it left the configuration).
  void remove(const std::string& name);
  void publish(const AgentSnapshot& agent);

  [[nodiscard]] std::vector<std::shared_ptr<const LinkSnapshot>> links() const;
  [[nodiscard]] AgentSnapshot agent() const;

  /// What was published, remembered: has a lock of its own.
  [[nodiscard]] History& history() { return history_; }
  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] StoreCounters& store() { return store_; }
  [[nodiscard]] const StoreCounters& store() const { return store_; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const LinkSnapshot>> links_;
  AgentSnapshot agent_;
  History history_;
  StoreCounters store_;
};

}  // namespace agent
