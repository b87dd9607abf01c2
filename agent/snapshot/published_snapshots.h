// The published snapshots: complete copies that the I/O thread makes for the other threads. A scrape reads the last
// copy and never touches the state of the I/O thread. Publishing takes one short lock and one allocation.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/snapshot/history.h"
#include "agent/snapshot/snapshot.h"
#include "agent/snapshot/store_counters.h"

namespace agent::snapshot {

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

}  // namespace agent::snapshot
