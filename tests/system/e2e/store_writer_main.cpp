// Prints that begin and end without pause, reported to the real store, until this process is killed. Prints for each
// end when it was reported: "ID MILLISECONDS", on the clock that every process shares. Usage: store-writer DIRECTORY
#include <chrono>
#include <cstdio>
#include <thread>

#include "agent/jobs/store.h"

namespace {

long milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

agent::jobs::JobChange change(std::int64_t id, agent::snapshot::JobResult result) {
  agent::jobs::JobChange change;
  change.job.id = id;
  change.job.printer = "mk3";
  change.job.file = "/LONGFI~1.GCO";
  change.job.result = result;
  change.job.began_unix = 1.7e9 + static_cast<double>(id);
  if (result == agent::snapshot::JobResult::kRunning) change.adds.started = 1;
  else change.adds.ended[gcode::printer::PrintResult::kCompleted] = 1;
  return change;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  agent::log::LogCounters log_counters;
  agent::log::Log log({}, log_counters);
  agent::snapshot::StoreCounters counters;
  agent::snapshot::History history;
  agent::jobs::Store store(argv[1], history, counters, log);
  while (true) {
    const auto id = history.next_job_id();
    store.put(change(id, agent::snapshot::JobResult::kRunning), true);
    store.put(change(id, agent::snapshot::JobResult::kRunning), false);
    store.put(change(id, agent::snapshot::JobResult::kCompleted), true);
    std::printf("%lld %ld\n", static_cast<long long>(id), milliseconds());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
}
