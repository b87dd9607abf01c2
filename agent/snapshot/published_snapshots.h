// The published snapshots: what the I/O thread shows to the others, copies, published whole. A scrape reads the last copy
// and never touches the state that the I/O thread works on; publishing takes one short lock and one allocation.
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

}  // namespace agent::snapshot
