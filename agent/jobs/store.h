// Keeps the history of prints over restarts: a thread of its own writes what the I/O thread tells it, so that a slow or
// full card stops no line. While it prints nothing is written more often than once a minute; the beginning and the end of
// a print are written at once. A store that fails is a line in the log and a metric; all goes on in memory.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/jobs/store_database.h"
#include "agent/log/fault_throttle.h"
#include "agent/log/log.h"
#include "agent/snapshot/history.h"
#include "agent/snapshot/store_counters.h"
#include "gcode/line/time.h"

namespace agent::jobs {

class Store {
 public:
  static constexpr const char* kFileName = "history.db";
  /// A minute: a print of ten hours is 600 writes of two pages, nothing to a card.
  static constexpr gcode::line::Time kWritePeriod = std::chrono::minutes(1);

  /// Opens DIR/history.db, fills `history` with what it holds and begins the thread. Never fails: without a file all is
  /// kept in memory. May take as long as the disk; everything referred to outlives the store.
  Store(const std::string& dir, snapshot::History& history, snapshot::StoreCounters& counters, log::Log& log);
  ~Store();  ///< writes what waits
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The print as it is now; returns at once. `at_once`: it began or ended.
  void put(const JobChange& change, bool at_once);

 private:
  struct Entry {
    JobChange change;
    snapshot::JobTotals not_shown;  ///< of change.adds: not in the history's totals yet
  };
  using Waiting = std::map<std::int64_t, Entry>;
  void open();
  void open_again();
  void load();
  void run();
  void write(Waiting& changes);
  [[nodiscard]] bool write_down(const Waiting& changes);
  void failed(const std::string& sentence);
  void move_aside();
  void avoid_used_ids();

  std::string file_;
  snapshot::History& history_;
  snapshot::StoreCounters& counters_;
  log::Log& log_;
  std::optional<StoreDatabase> database_;
  log::FaultThrottle faults_;

  std::mutex mutex_;  // guards the three below
  std::condition_variable wake_;
  Waiting waiting_;  ///< by id; at most one entry a job
  bool at_once_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace agent::jobs
