// Writes incidents to the disk on a thread of its own, which starts with the first one: the I/O thread only passes them
// on. A disk that takes no data delays and loses incidents, which is logged, and nothing else. The history always lists
// the files that are kept.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "agent/incident/incident_files.h"
#include "agent/log/log.h"
#include "agent/snapshot/history.h"

namespace agent::incident {

class IncidentWriter {
 public:
  /// Each shares the memory of a black box that has gone on meanwhile.
  static constexpr std::size_t kMostWaiting = 8;

  /// Lists the files that exist: blocks on the disk. `log` and `history` are not owned and outlive the writer.
  IncidentWriter(IncidentFiles files, log::Log& log, snapshot::History& history);
  ~IncidentWriter();  ///< writes what waits

  /// For the I/O thread: does not block. With kMostWaiting incidents waiting this one is lost, which is logged.
  void write(Incident incident, BlackBox::Contents contents);

 private:
  struct Waiting {
    Incident incident;
    BlackBox::Contents contents;
  };
  void run();
  void write_now(Waiting& waiting);
  void list();
  void lose(const Incident& incident, const std::string& why);

  const IncidentFiles files_;
  log::Log& log_;
  snapshot::History& history_;
  std::mutex mutex_;  // protects waiting_ and ending_
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace agent::incident
