#include "agent/snapshot/history.h"

#include <algorithm>

namespace agent::snapshot {
namespace {

constexpr gcode::line::Words<JobResult> kResultWords{"running", "completed", "cancelled", "failed", "unknown"};

}  // namespace

std::string_view word_of(JobResult result) { return kResultWords[result]; }

std::optional<JobResult> job_result_of(std::string_view word) {
  const auto it = std::find(kResultWords.begin(), kResultWords.end(), word);
  if (it == kResultWords.end()) return std::nullopt;
  return static_cast<JobResult>(it - kResultWords.begin());
}

std::string_view word_of(gcode::printer::PrintSource source) {
  return source == gcode::printer::PrintSource::kSd ? "sd" : "host";
}

bool JobFilter::takes(const JobRecord& job) const {
  return (printer.empty() || job.printer == printer) && (!result || job.result == *result) &&
         (!since_unix || job.began_unix >= *since_unix) && (!until_unix || job.began_unix <= *until_unix) &&
         (!before_id || job.id < *before_id);
}

std::vector<HistorySample> History::samples(const std::string& printer, std::int64_t since, std::int64_t until) const {
  const std::lock_guard lock(mutex_);
  const auto it = temperatures_.find(printer);
  return it == temperatures_.end() ? std::vector<HistorySample>{} : it->second.samples(since, until);
}

std::vector<JobRecord> History::jobs(const JobFilter& filter) const {
  std::vector<JobRecord> found;
  const std::lock_guard lock(mutex_);
  for (auto it = jobs_.rbegin(); it != jobs_.rend() && found.size() < filter.limit; ++it) {
    if (filter.takes(it->second)) found.push_back(it->second);
  }
  return found;
}

JobSummary History::summary(const JobFilter& filter) const {
  JobSummary sums;
  const std::lock_guard lock(mutex_);
  sums.has_all = jobs_.size() < kMostJobs;
  for (const auto& [id, job] : jobs_) {
    sums.printers.insert(job.printer);
    if (!filter.takes(job)) continue;
    ++sums.by_result[job.result];
    sums.elapsed_seconds += job.elapsed_seconds;
    sums.extruded_meters += job.extruded_meters;
  }
  return sums;
}

std::optional<JobRecord> History::running_job(const std::string& printer) const {
  const std::lock_guard lock(mutex_);
  const auto it =
      std::find_if(jobs_.rbegin(), jobs_.rend(), [&](const auto& entry) { return entry.second.printer == printer; });
  if (it == jobs_.rend() || it->second.result != JobResult::kRunning) return std::nullopt;
  return it->second;
}

bool History::add_sample(const std::string& printer, const HistorySample& sample) {
  const std::lock_guard lock(mutex_);
  TemperatureLog& log = temperatures_[printer];
  // If the clock was set back, take one extra sample instead of leaving a gap of hours.
  const auto newest = log.newest_unix_seconds();
  if (newest && sample.unix_seconds >= *newest && sample.unix_seconds - *newest < kSamplePeriodSeconds) return false;
  log.add(sample);
  return true;
}

void History::put_job(const JobRecord& job) {
  const std::lock_guard lock(mutex_);
  jobs_[job.id] = job;
  if (jobs_.size() > kMostJobs) jobs_.erase(jobs_.begin());
}

std::vector<gcode::printer::Layer> History::layers(std::int64_t job) const {
  const std::lock_guard lock(mutex_);
  const auto it = layers_.find(job);
  return it == layers_.end() ? std::vector<gcode::printer::Layer>{} : it->second;
}

void History::add_layers(std::int64_t job, std::span<const gcode::printer::Layer> layers) {
  if (layers.empty()) return;
  const std::lock_guard lock(mutex_);
  auto& kept = layers_[job];
  for (const gcode::printer::Layer& layer : layers) {
    if ((!kept.empty() && layer.number <= kept.back().number) || kept.size() >= kMostLayers) continue;
    kept.push_back(layer);
    ++layer_count_;
  }
  while (layer_count_ > kMostLayers) {
    layer_count_ -= layers_.begin()->second.size();
    layers_.erase(layers_.begin());
  }
}

JobTotals& JobTotals::operator+=(const JobTotals& other) {
  started += other.started;
  for (const auto result : gcode::line::kValuesOf<gcode::printer::PrintResult>) ended[result] += other.ended[result];
  print_seconds += other.print_seconds;
  extruded_meters += other.extruded_meters;
  if (other.since_unix && (!since_unix || *other.since_unix < *since_unix)) since_unix = other.since_unix;
  return *this;
}

JobTotals History::totals(const std::string& printer) const {
  const std::lock_guard lock(mutex_);
  const auto it = totals_.find(printer);
  return it == totals_.end() ? JobTotals{} : it->second;
}

std::int64_t History::next_job_id() {
  const std::lock_guard lock(mutex_);
  return ++highest_id_;
}

void History::reserve_job_ids(std::int64_t highest_used) {
  const std::lock_guard lock(mutex_);
  highest_id_ = std::max(highest_id_, highest_used);
}

void History::add_totals(const std::string& printer, const JobTotals& more) {
  const std::lock_guard lock(mutex_);
  totals_[printer] += more;
}

std::vector<IncidentRecord> History::incidents() const {
  const std::lock_guard lock(mutex_);
  return incidents_;
}

void History::put_incidents(std::vector<IncidentRecord> incidents) {
  const std::lock_guard lock(mutex_);
  incidents_ = std::move(incidents);
}

void History::remove_printer(const std::string& printer) {
  const std::lock_guard lock(mutex_);
  temperatures_.erase(printer);
}

}  // namespace agent::snapshot
