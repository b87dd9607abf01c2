#include "agent/incident/incident_writer.h"

#include <cstring>
#include <exception>
#include <system_error>

#include <nlohmann/json.hpp>

namespace agent::incident {

IncidentWriter::IncidentWriter(IncidentFiles files, log::Log& log, snapshot::History& history)
    : files_(std::move(files)), log_(log), history_(history) {
  list();
}

IncidentWriter::~IncidentWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void IncidentWriter::lose(const Incident& incident, const std::string& why) {
  log_.error(incident.printer, "cannot keep the incident in " + files_.dir().string() + ": " + why);
}

void IncidentWriter::write(Incident incident, BlackBox::Contents contents) {
  try {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() == kMostWaiting) return lose(incident, "the disk is too slow");
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    waiting_.push_back({std::move(incident), std::move(contents)});
  } catch (const std::system_error& error) {  // no thread
    return lose(incident, error.what());
  }
  wake_.notify_one();
}

void IncidentWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    write_now(next);
    lock.lock();
  }
}

void IncidentWriter::list() {
  std::vector<snapshot::IncidentRecord> kept;
  std::error_code ignored;  // no folder: no incident yet
  for (const auto& head : files_.heads(ignored))
    kept.push_back({head["id"], head["printer"], head["incident"], head["sentence"], head["at_unix_seconds"]});
  history_.put_incidents(std::move(kept));
}

void IncidentWriter::write_now(Waiting& waiting) {
  try {
    Incident& incident = waiting.incident;
    if (incident.print) name_lines(waiting.contents, *incident.print);
    const int error = files_.add(incident.printer, incident.kind, IncidentFiles::text_of(incident, waiting.contents));
    if (error != 0) return lose(incident, std::strerror(error));
    log_.warning(incident.printer, "incident: " + describe(incident) + " (marlin-agent incidents)");
    list();
  } catch (const std::exception& error) {  // no memory
    lose(waiting.incident, error.what());
  }
}

}  // namespace agent::incident
