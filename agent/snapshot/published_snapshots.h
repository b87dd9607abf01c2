// The published snapshots: complete copies that the I/O thread makes for the other threads. A scrape reads the last
// copy and never touches the state of the I/O thread. Publishing takes one short lock and one allocation.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/snapshot/history.h"
#include "agent/snapshot/snapshot.h"

namespace agent::snapshot {

/// Counters of the history store: written by its thread, read by a scrape.
struct StoreCounters {
  std::atomic<std::uint64_t> writes{0};  ///< transactions
  std::atomic<std::uint64_t> errors{0};  ///< failed writes and opens
  std::atomic<bool> works{true};         ///< the last write or open succeeded
};

/// Shared by the I/O thread (writes) and the web thread (reads).
class PublishedSnapshots {
 public:
  /// Replaces or adds the printer of that name. Keeps the order of first publishing.
  void publish(const LinkSnapshot& link);
  /// Removes a printer that is no longer configured.
  void remove(const std::string& name);
  void publish(const AgentSnapshot& agent);

  [[nodiscard]] std::vector<std::shared_ptr<const LinkSnapshot>> links() const;
  [[nodiscard]] AgentSnapshot agent() const;

  /// History of what was published. Has its own lock.
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

/// The sample of `link` at its taken_at; nothing while the printer does not answer.
[[nodiscard]] std::optional<HistorySample> sample_of(const LinkSnapshot& link);

}  // namespace agent::snapshot
