// Turns the relay's print state (gcode/printer/print_watch.h) into the jobs of the history and of the store: assigns
// ids, detects starts and ends, refreshes a running job once a minute, and continues the job that ran when the agent
// was restarted. Belongs to the I/O thread.
#pragma once

#include <map>
#include <string>

#include "agent/jobs/store.h"
#include "agent/snapshot/history.h"
#include "gcode/line/time.h"
#include "gcode/printer/print_watch.h"

namespace agent::jobs {

class JobLog {
 public:
  /// `store` may be null: then jobs are kept in memory only. Nothing is owned.
  JobLog(snapshot::History& history, Store* store) : history_(history), store_(store) {}

  /// Call often (every 100 ms). `now` plus `wall_offset` is Unix time.
  void refresh(const std::string& printer, const gcode::printer::PrintWatch& watch, gcode::line::Time now,
               gcode::line::Time wall_offset);
  /// The printer is no longer refreshed; another one may follow under the same name.
  void forget(const std::string& printer) { seen_.erase(printer); }

 private:
  struct Seen {
    std::uint64_t started = 0, ended = 0;
    snapshot::JobRecord running;  ///< id 0: none
    std::uint32_t layers = 0;     ///< number of the last layer that was put; a repeated one changes nothing
    gcode::line::Time written{};
  };
  void first_poll(Seen& seen, const std::string& printer, const gcode::printer::PrintWatch& watch,
                  gcode::line::Time wall_offset);
  void begin(Seen& seen, const std::string& printer, const gcode::printer::PrintWatch& watch, gcode::line::Time now,
             gcode::line::Time wall_offset);
  void finish(Seen& seen, const gcode::printer::PrintWatch& watch, gcode::line::Time wall_offset);
  void give_up(const snapshot::JobRecord& job);
  void put(const JobChange& change, bool at_once);

  snapshot::History& history_;
  Store* store_;
  std::map<std::string, Seen> seen_;
};

}  // namespace agent::jobs
