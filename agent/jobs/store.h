// Keeps the print history across restarts: a separate thread writes the changes that the I/O thread puts, so that a
// slow or full card blocks no printer's line. A running print is written at most once a minute; its start and end are
// written immediately. A failing store causes a log line and a metric; the history continues in memory.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "agent/jobs/store_database.h"
#include "agent/log/log.h"
#include "agent/snapshot/history.h"
#include "agent/snapshot/published_snapshots.h"
#include "gcode/line/time.h"

namespace agent::jobs {

class Store {
 public:
  static constexpr const char* kFileName = "history.db";
  /// A minute: a print of ten hours is 600 writes of two pages, nothing to a card.
  static constexpr gcode::line::Time kWritePeriod = std::chrono::minutes(1);

  /// Opens DIR/history.db, loads it into `history` and starts the thread. Never fails: without a file the history is in
  /// memory only, and every `retry` the directory is made and the file is opened again. Blocks on the disk. All
  /// referenced objects must outlive the store.
  Store(const std::string& dir, snapshot::History& history, snapshot::StoreCounters& counters, log::Log& log,
        std::chrono::milliseconds retry = std::chrono::seconds(30));
  ~Store();  ///< writes the waiting changes

  /// The current state of a print; does not block. `at_once`: write it immediately, since it began or ended.
  void put(const JobChange& change, bool at_once);

 private:
  struct Entry {
    JobChange change;
    snapshot::JobTotals not_shown;  ///< the part of change.adds that is not in the history's totals yet
  };
  using Waiting = std::map<std::int64_t, Entry>;
  void open();
  void open_database();
  void open_again();
  void load();
  void run();
  void write(Waiting& changes);
  [[nodiscard]] bool write_down(const Waiting& changes);
  void failed(const std::string& sentence);
  void check();
  void replace(const StoreDamaged& damage);
  void move_aside();
  void avoid_used_ids();

  std::string dir_, file_;
  std::chrono::milliseconds retry_;
  snapshot::History& history_;
  snapshot::StoreCounters& counters_;
  log::Log& log_;
  std::optional<StoreDatabase> database_;
  std::string fault_;  ///< reported last; empty: it works

  std::mutex mutex_;  // protects waiting_, at_once_ and ending_
  std::condition_variable wake_;
  Waiting waiting_;  ///< by id; at most one entry per job
  bool at_once_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace agent::jobs
