// What is remembered of each printer, for those who show it: temperatures of the last hours and the last prints. Filled
// by the I/O thread (samples) and the store's thread (prints), read by any other; a reader gets copies and waits for no
// disk. Bounded; what goes back further is in the store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/temperature_log.h"
#include "gcode/print_job.h"

namespace agent {

enum class JobResult : std::uint8_t {
  kRunning,
  kCompleted,
  kCancelled,
  kFailed,
  kUnknown,  ///< the agent was not there to see its end
  kCount
};
/// "running", "completed" ... as written in JSON, CSV and the store.
[[nodiscard]] std::string_view word_of(JobResult result);
[[nodiscard]] std::optional<JobResult> job_result_of(std::string_view word);
[[nodiscard]] std::string_view word_of(gcode::PrintSource source);  ///< "host", "sd"

struct JobRecord {
  std::int64_t id = 0;  ///< marlin_print_job_info{print_id}; grows over all printers, never used twice
  std::string printer;  ///< configured name
  std::string file;     ///< clean UTF-8; empty for host prints
  gcode::PrintSource source = gcode::PrintSource::kHost;
  JobResult result = JobResult::kRunning;
  std::string reason;          ///< why it counts as ended so: "the printer said Done printing file"
  bool joined = false;         ///< it ran already when the agent came; its real beginning is not known
  double began_unix = 0;       ///< Unix seconds
  double ended_unix = 0;       ///< 0 while it runs or where its end was not seen
  double elapsed_seconds = 0;  ///< pauses left out
  double extruded_meters = 0;
  std::array<double, 3> travel_meters{};                     ///< x, y, z
  double highest_tool_celsius = 0, highest_bed_celsius = 0;  ///< 0: none was reported
  std::optional<double> progress;                            ///< 0 to 1, the last that was told
  std::uint32_t resends = 0, stalls = 0;
};

/// What a reader of jobs wants; everything that is not set is any.
struct JobFilter {
  std::string printer;
  std::optional<JobResult> result;
  std::optional<double> since_unix, until_unix;  ///< by the job's beginning
  std::size_t limit = 100;
  [[nodiscard]] bool takes(const JobRecord& job) const;
};

/// Sums over every print of a printer that the agent ever saw, over restarts.
struct JobTotals {
  std::uint64_t started = 0;
  gcode::EnumArray<gcode::PrintResult, std::uint64_t> ended{};
  double print_seconds = 0, extruded_meters = 0;
  JobTotals& operator+=(const JobTotals& other);
};

class History {
 public:
  /// 10 s: finer than a heater's time constant, and one sample of a printer's reports of 2 s in five.
  static constexpr std::int64_t kSamplePeriodSeconds = 10;
  /// Jobs kept for readers, of all printers together.
  static constexpr std::size_t kMostJobs = 500;

  // --- readers, from any thread
  /// In the order of their taking, with unix_seconds in [since, until]; six hours of them are kept.
  [[nodiscard]] std::vector<HistorySample> samples(const std::string& printer, std::int64_t since,
                                                   std::int64_t until) const;
  /// Newest first.
  [[nodiscard]] std::vector<JobRecord> jobs(const JobFilter& filter) const;
  /// The job that runs on this printer now.
  [[nodiscard]] std::optional<JobRecord> running_job(const std::string& printer) const;

  [[nodiscard]] JobTotals totals(const std::string& printer) const;

  // --- writers
  /// An id that no job has.
  [[nodiscard]] std::int64_t next_job_id();
  void reserve_job_ids(std::int64_t highest_used);
  void add_totals(const std::string& printer, const JobTotals& more);
  /// Takes the sample if the last one of this printer is kSamplePeriodSeconds old; says whether it did.
  bool add_sample(const std::string& printer, const HistorySample& sample);
  /// Adds the job or replaces the one with its id.
  void put_job(const JobRecord& job);
  void remove_printer(const std::string& printer);  ///< its samples; its jobs stay

 private:
  mutable std::mutex mutex_;
  std::map<std::string, TemperatureLog> temperatures_;
  std::map<std::int64_t, JobRecord> jobs_;
  std::map<std::string, JobTotals> totals_;
  std::int64_t highest_id_ = 0;
};

}  // namespace agent
