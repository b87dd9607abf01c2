// Turns what the relay says of prints (gcode/printer/print_watch.h) into the jobs of the history and of the store: gives them
// their ids, notices beginnings and ends, refreshes a running one once a minute, and takes up the job that ran when the
// agent was replaced. Belongs to the I/O thread.
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
  /// `store` may be null: then jobs are remembered until the end only. Nothing is owned.
  JobLog(snapshot::History& history, Store* store) : history_(history), store_(store) {}

  /// To be called often (each 100 ms). `wall_offset` added to `now` is Unix time.
  void refresh(const std::string& printer, const gcode::printer::PrintWatch& watch, gcode::line::Time now,
               gcode::line::Time wall_offset);
  /// Its line is looked at no more; another may come under the same name.
  void forget(const std::string& printer) { seen_.erase(printer); }

 private:
  struct Seen {
    std::uint64_t started = 0, ended = 0;
    snapshot::JobRecord running;  ///< id 0: none
    gcode::line::Time written{};
  };
  void first_poll(Seen& seen, const std::string& printer, const gcode::printer::PrintWatch& watch,
                  gcode::line::Time wall_offset);
  void begin(Seen& seen, const std::string& printer, const gcode::printer::PrintWatch& watch, gcode::line::Time now,
             gcode::line::Time wall_offset);
  void finish(Seen& seen, const gcode::printer::PrintJob& job, gcode::line::Time wall_offset);
  void give_up(const snapshot::JobRecord& job);
  void put(const snapshot::JobRecord& job, const snapshot::JobTotals& adds, bool at_once);

  snapshot::History& history_;
  Store* store_;
  std::map<std::string, Seen> seen_;
};

}  // namespace agent::jobs
