// The history of each printer in memory: temperatures of the last hours, the last prints, their layers and the kept
// incidents. Written by the I/O thread (samples), the store thread (prints) and the incident writer, read by any
// thread. A reader gets copies and never waits for the disk.
// Bounded; older prints are in the store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/snapshot/temperature_log.h"
#include "gcode/printer/layers.h"
#include "gcode/printer/print_job.h"

namespace agent::snapshot {

enum class JobResult : std::uint8_t {
  kRunning,
  kCompleted,
  kCancelled,
  kFailed,
  kUnknown,  ///< the agent did not see its end
  kCount
};
/// "running", "completed" ... as written in JSON, CSV and the store.
[[nodiscard]] std::string_view word_of(JobResult result);
[[nodiscard]] std::optional<JobResult> job_result_of(std::string_view word);
[[nodiscard]] std::string_view word_of(gcode::printer::PrintSource source);  ///< "host", "sd"

struct JobRecord {
  std::int64_t id = 0;  ///< marlin_print_job_info{print_id}; ascending over all printers, never reused
  std::string printer;  ///< configured name
  std::string file;     ///< clean UTF-8; empty for host prints
  gcode::printer::PrintSource source = gcode::printer::PrintSource::kHost;
  JobResult result = JobResult::kRunning;
  std::string reason;          ///< why it has this result: "the printer said Done printing file"
  bool joined = false;         ///< it was running when the agent started; its real beginning is not known
  double began_unix = 0;       ///< Unix seconds
  double ended_unix = 0;       ///< 0 while it runs or if its end was not seen
  double elapsed_seconds = 0;  ///< without pauses
  double extruded_meters = 0;
  std::array<double, 3> travel_meters{};                     ///< x, y, z
  double highest_tool_celsius = 0, highest_bed_celsius = 0;  ///< 0: none was reported
  std::optional<double> progress;                            ///< 0 to 1, as last reported
  std::uint32_t resends = 0, stalls = 0;
};

/// Selects jobs; an unset member matches any.
struct JobFilter {
  std::string printer;
  std::optional<JobResult> result;
  std::optional<double> since_unix, until_unix;  ///< by the job's beginning
  std::optional<std::int64_t> before_id;         ///< older ones than this job; for a list in pages
  std::size_t limit = 100;
  [[nodiscard]] bool takes(const JobRecord& job) const;
};

/// Sums over the jobs that a filter takes, whatever its limit is.
struct JobSummary {
  gcode::line::EnumArray<JobResult, std::size_t> by_result{};
  double elapsed_seconds = 0, extruded_meters = 0;
  bool has_all = true;             ///< false: older prints may be in the store only
  std::set<std::string> printers;  ///< of all jobs, also of those that the filter does not take
};

/// An incident whose file is kept (agent/incident/incident_files.h).
struct IncidentRecord {
  std::uint64_t id = 0;  ///< the number of its file
  std::string printer, kind, sentence;
  double unix_seconds = 0;
};

/// Sums over every print of a printer that the agent has seen, kept over restarts.
struct JobTotals {
  std::uint64_t started = 0;
  gcode::line::EnumArray<gcode::printer::PrintResult, std::uint64_t> ended{};
  double print_seconds = 0, extruded_meters = 0;
  std::optional<double> since_unix;  ///< when the first of them began: until then each sum was 0
  JobTotals& operator+=(const JobTotals& other);
};

class History {
 public:
  /// 10 s: shorter than a heater's time constant, and one of every five reports of a printer that reports every 2 s.
  static constexpr std::int64_t kSamplePeriodSeconds = 10;
  /// Jobs kept for readers, of all printers together.
  static constexpr std::size_t kMostJobs = 500;
  /// Layers kept, of all prints together, also in the store: 60 prints of 300 layers; the oldest prints' go first.
  static constexpr std::size_t kMostLayers = 20'000;

  // --- readers, from any thread
  /// In the order in which they were taken, with unix_seconds in [since, until]; six hours are kept.
  [[nodiscard]] std::vector<HistorySample> samples(const std::string& printer, std::int64_t since,
                                                   std::int64_t until) const;
  /// Newest first.
  [[nodiscard]] std::vector<JobRecord> jobs(const JobFilter& filter) const;
  [[nodiscard]] JobSummary summary(const JobFilter& filter) const;
  /// The current job of this printer.
  [[nodiscard]] std::optional<JobRecord> running_job(const std::string& printer) const;

  /// The finished layers of a print, in their order.
  [[nodiscard]] std::vector<gcode::printer::Layer> layers(std::int64_t job) const;

  [[nodiscard]] JobTotals totals(const std::string& printer) const;

  /// Oldest first.
  [[nodiscard]] std::vector<IncidentRecord> incidents() const;

  // --- writers
  /// An id that is not in use.
  [[nodiscard]] std::int64_t next_job_id();
  void reserve_job_ids(std::int64_t highest_used);
  void add_totals(const std::string& printer, const JobTotals& more);
  /// Takes the sample if the last one of this printer is kSamplePeriodSeconds old; returns whether it did.
  bool add_sample(const std::string& printer, const HistorySample& sample);
  /// Adds the job or replaces the one with its id.
  void put_job(const JobRecord& job);
  /// Adds those that the print does not have yet; `layers` are in their order.
  void add_layers(std::int64_t job, std::span<const gcode::printer::Layer> layers);
  /// Replaces all of them.
  void put_incidents(std::vector<IncidentRecord> incidents);
  void remove_printer(const std::string& printer);  ///< removes its samples; keeps its jobs

 private:
  mutable std::mutex mutex_;
  std::map<std::string, TemperatureLog> temperatures_;
  std::map<std::int64_t, JobRecord> jobs_;
  std::map<std::int64_t, std::vector<gcode::printer::Layer>> layers_;
  std::size_t layer_count_ = 0;
  std::map<std::string, JobTotals> totals_;
  std::vector<IncidentRecord> incidents_;
  std::int64_t highest_id_ = 0;
};

}  // namespace agent::snapshot
