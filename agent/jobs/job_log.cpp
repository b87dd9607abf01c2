#include "agent/jobs/job_log.h"

#include <cmath>
#include <numeric>

#include "agent/text/metrics_text.h"

namespace agent::jobs {
namespace {

using gcode::line::in_seconds;
using gcode::line::Time;
using gcode::printer::PrintWatch;

// Start times closer than this are the same start, seen by two processes whose wall clocks differ by an NTP correction.
constexpr double kSameBeginning = 2.0;

std::uint64_t all_of(const gcode::printer::CountBy<gcode::printer::PrintResult>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

constexpr gcode::line::EnumArray<gcode::printer::PrintResult, snapshot::JobResult> kResults{
    snapshot::JobResult::kCompleted, snapshot::JobResult::kCancelled, snapshot::JobResult::kFailed};

/// Copies the figures; identity and result do not change.
void take_figures(snapshot::JobRecord& record, const gcode::printer::PrintJob& job) {
  record.file = text::clean_text(job.file.view());
  record.source = job.source;
  record.joined = job.joined;
  record.elapsed_seconds = in_seconds(job.elapsed);
  record.extruded_meters = job.extruded_mm / 1000;
  for (std::size_t i = 0; i < record.travel_meters.size(); ++i) record.travel_meters[i] = job.travel_mm[i] / 1000;
  record.highest_tool_celsius = text::as_written(job.highest_tool);
  record.highest_bed_celsius = text::as_written(job.highest_bed);
  record.progress = job.percent >= 0 ? std::optional<double>(text::as_written(job.percent) / 100) : std::nullopt;
  record.resends = job.resends;
  record.stalls = job.stalls;
}

/// The layers that have ended since the last call.
std::vector<gcode::printer::Layer> new_layers(std::uint32_t& seen, const PrintWatch& watch) {
  std::vector<gcode::printer::Layer> layers;
  watch.layers().each_finished(seen, [&](const gcode::printer::Layer& layer) { layers.push_back(layer); });
  if (!layers.empty()) seen = layers.back().number;
  return layers;
}

bool began_together(const snapshot::JobRecord& record, const gcode::printer::PrintJob& job, Time wall_offset) {
  return std::abs(record.began_unix - in_seconds(job.began + wall_offset)) < kSameBeginning;
}

}  // namespace

void JobLog::put(const JobChange& change, bool at_once) {
  history_.put_job(change.job);
  history_.add_layers(change.job.id, change.layers);
  if (store_ != nullptr) return store_->put(change, at_once);
  history_.add_totals(change.job.printer, change.adds);
}

void JobLog::refresh(const std::string& printer, const PrintWatch& watch, Time now, Time wall_offset) {
  const auto [it, is_new] = seen_.try_emplace(printer);
  Seen& seen = it->second;
  if (is_new) first_poll(seen, printer, watch, wall_offset);
  if (const auto ended = all_of(watch.ended()); ended != seen.ended) {
    seen.ended = ended;
    if (seen.running.id != 0) finish(seen, watch, wall_offset);
  }
  if (watch.started() != seen.started) {
    seen.started = watch.started();
    if (watch.is_printing()) begin(seen, printer, watch, now, wall_offset);
  }
  if (seen.running.id == 0) return;
  auto layers = new_layers(seen.layers, watch);
  if (layers.empty() && now - seen.written < Store::kWritePeriod) return;
  take_figures(seen.running, watch.current());
  seen.written = now;
  put({seen.running, {}, std::move(layers)}, false);
}

// The previous instance may have left a job running. The relay's checkpoint shows whether it still runs or how it
// ended; a job that is not in the checkpoint ended unobserved.
void JobLog::first_poll(Seen& seen, const std::string& printer, const PrintWatch& watch, Time wall_offset) {
  seen.started = watch.started();
  seen.ended = all_of(watch.ended());
  snapshot::JobFilter left_running;
  left_running.printer = printer;
  left_running.result = snapshot::JobResult::kRunning;
  bool taken_up = false;
  for (const snapshot::JobRecord& job : history_.jobs(left_running)) {
    if (watch.is_printing() && began_together(job, watch.current(), wall_offset)) {
      seen.running = job;
      taken_up = true;
    } else if (seen.ended > 0 && began_together(job, watch.last(), wall_offset)) {
      seen.running = job;
      finish(seen, watch, wall_offset);
    } else {
      give_up(job);
    }
  }
  if (watch.is_printing() && !taken_up) --seen.started;  // begins in this refresh
}

void JobLog::give_up(const snapshot::JobRecord& job) {
  snapshot::JobRecord record = job;
  record.result = snapshot::JobResult::kUnknown;
  record.reason = "the agent was not running when it ended";
  put({record, {}, {}}, true);
}

void JobLog::begin(Seen& seen, const std::string& printer, const PrintWatch& watch, Time now, Time wall_offset) {
  const gcode::printer::PrintJob job = watch.current();
  snapshot::JobRecord record;
  record.id = history_.next_job_id();
  record.printer = printer;
  record.began_unix = in_seconds(job.began + wall_offset);
  take_figures(record, job);
  seen.running = record;
  seen.layers = 0;
  seen.written = now;
  snapshot::JobTotals adds;
  adds.started = 1;
  adds.since_unix = record.began_unix;
  put({record, adds, {}}, true);
}

void JobLog::finish(Seen& seen, const PrintWatch& watch, Time wall_offset) {
  const gcode::printer::PrintJob& job = watch.last();
  snapshot::JobRecord& record = seen.running;
  take_figures(record, job);
  record.result = kResults[job.result];
  record.reason = gcode::printer::print_rules()[job.rule].why;
  record.ended_unix = in_seconds(job.ended + wall_offset);
  snapshot::JobTotals adds;
  adds.ended[job.result] = 1;
  adds.print_seconds = record.elapsed_seconds;
  adds.extruded_meters = record.extruded_meters;
  put({record, adds, new_layers(seen.layers, watch)}, true);
  record = {};
}

}  // namespace agent::jobs
