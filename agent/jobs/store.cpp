#include "agent/jobs/store.h"

#include <cstdio>
#include <ctime>
#include <utility>

#include "agent/process/clock.h"
#include "agent/process/directories.h"

namespace agent::jobs {

Store::Store(const std::string& dir, snapshot::History& history, snapshot::StoreCounters& counters, log::Log& log,
             std::chrono::milliseconds retry)
    : dir_(dir), file_(dir + '/' + kFileName), retry_(retry), history_(history), counters_(counters), log_(log) {
  open();
  thread_ = std::thread([this] { run(); });
}

Store::~Store() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Store::put(const JobChange& change, bool at_once) {
  // Prints that wait for a card that cannot be written: more than many printers print in a day.
  constexpr std::size_t kMostWaiting = 1000;
  constexpr std::size_t kMostLayersWaiting = 2000;  // of a print
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting && waiting_.count(change.job.id) == 0) waiting_.erase(waiting_.begin());
    auto& kept = waiting_[change.job.id];
    kept.change.job = change.job;
    kept.change.adds += change.adds;
    kept.not_shown += change.adds;
    if (kept.change.layers.size() + change.layers.size() <= kMostLayersWaiting)
      kept.change.layers.insert(kept.change.layers.end(), change.layers.begin(), change.layers.end());
    at_once_ = at_once_ || at_once;
  }
  wake_.notify_one();
}

void Store::open() {
  try {
    open_database();
    load();
    counters_.works = true;
  } catch (const StoreDamaged& error) {
    replace(error);
  } catch (const StoreError& error) {
    database_.reset();
    failed(error.what());
    avoid_used_ids();
  }
}

void Store::open_database() {
  if (const auto fault = process::make_own_directory(dir_, 0750, "state directory", "--state-dir"))
    throw StoreError(*fault);
  database_ = StoreDatabase::for_writing(file_);
}

// The ids in a file that cannot be read are unknown: start above any number that one id per second could have reached.
void Store::avoid_used_ids() { history_.reserve_job_ids(std::time(nullptr)); }

void Store::load() {
  history_.reserve_job_ids(database_->highest_job_id());
  snapshot::JobFilter all;
  all.limit = snapshot::History::kMostJobs;
  const auto jobs = database_->jobs(all);
  for (auto it = jobs.rbegin(); it != jobs.rend(); ++it) history_.put_job(*it);
  for (const auto& [printer, totals] : database_->totals()) history_.add_totals(printer, totals);
  for (const auto& [job, layer] : database_->layers()) history_.add_layers(job, {&layer, 1});
}

// The rest of a damaged file would be written to, and the damage found later.
void Store::check() {
  try {
    if (database_) database_->check();
  } catch (const StoreDamaged& error) {
    replace(error);
  } catch (const StoreError& error) {
    failed(error.what());
  }
}

void Store::replace(const StoreDamaged& damage) {
  database_.reset();
  failed(std::string(damage.what()) + "; it is renamed and a new one is created");
  avoid_used_ids();
  move_aside();
}

// A damaged file is kept, so that it can be examined.
void Store::move_aside() {
  const std::string aside = file_ + ".damaged-" + std::to_string(std::time(nullptr));
  if (std::rename(file_.c_str(), aside.c_str()) != 0) return;
  for (const char* part : {"-wal", "-shm"}) (void)std::rename((file_ + part).c_str(), (aside + part).c_str());
  try {
    database_ = StoreDatabase::for_writing(file_);
    counters_.works = true;
  } catch (const StoreError& error) {
    failed(error.what());
  }
}

void Store::failed(const std::string& sentence) {
  ++counters_.errors;
  counters_.works = false;
  if (std::exchange(fault_, sentence) != sentence)  // and again when it changes
    log_.error("", "cannot use the history file " + file_ + ": " + sentence + "; prints are kept in memory only");
}

void Store::run() {
  check();
  std::unique_lock lock(mutex_);
  // The first change is written immediately; a store that could not be opened was tried just now.
  auto written = std::chrono::steady_clock::now();
  if (counters_.works) written -= kWritePeriod;
  while (true) {
    const auto due = written + (counters_.works ? std::chrono::steady_clock::duration(kWritePeriod) : retry_);
    const auto is_due = [&] { return ending_ || at_once_; };
    const auto has_work = [&] { return ending_ || !waiting_.empty(); };
    if (waiting_.empty() && counters_.works) wake_.wait(lock, has_work);
    else if (waiting_.empty()) wake_.wait_until(lock, due, has_work);
    wake_.wait_until(lock, due, is_due);
    if (waiting_.empty() && ending_) return;
    const bool last = ending_;
    Waiting changes = std::exchange(waiting_, {});
    at_once_ = false;
    lock.unlock();
    write(changes);
    written = std::chrono::steady_clock::now();
    lock.lock();
    if (last) return;
    // Entries that could not be written wait for the next attempt; entries put meanwhile are newer.
    for (auto& [id, entry] : changes) {
      const auto [it, is_new] = waiting_.emplace(id, entry);
      if (is_new) continue;
      JobChange& newer = it->second.change;
      newer.adds += entry.change.adds;
      newer.layers.insert(newer.layers.begin(), entry.change.layers.begin(), entry.change.layers.end());
    }
  }
}

bool Store::write_down(const Waiting& changes) {
  std::vector<JobChange> all;
  for (const auto& [id, entry] : changes) all.push_back(entry.change);
  try {
    try {
      if (!database_) open_again();
      database_->write(all);
    } catch (const StoreDamaged& error) {
      replace(error);
      if (!database_) return false;  // replace() has said why
      database_->write(all);
    }
  } catch (const StoreError& error) {
    failed(error.what());
    return false;
  }
  if (!changes.empty()) ++counters_.writes;
  if (!counters_.works) log_.info("", "the history file " + file_ + " can be used again");
  counters_.works = true;
  fault_.clear();
  return true;
}

void Store::open_again() {
  open_database();
  load();
}

/// Leaves in `changes` what could not be written. Without changes: tries a store that does not work.
void Store::write(Waiting& changes) {
  if (changes.empty() && counters_.works) return;
  const bool written = write_down(changes);
  // A total is shown once it is on the disk, so that it does not decrease after a power loss; without a disk
  // immediately.
  for (auto& [id, entry] : changes) {
    history_.add_totals(entry.change.job.printer, entry.not_shown);
    entry.not_shown = {};
  }
  if (written) changes.clear();
}

}  // namespace agent::jobs
