#include <nlohmann/json.hpp>

#include "agent/cli/commands.h"
#include "agent/cli/print_strip.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

#include "agent/config/run_configuration.h"
#include "agent/jobs/store.h"
#include "agent/status/status_json.h"
#include "agent/terminal/styled_text.h"
#include "agent/text/metrics_text.h"
#include "agent/text/text_table.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

constexpr const char* kDeprecated =
    "marlin-agent: deprecated names in the output of jobs: began, ended, filament_meters and progress are removed in the "
    "next version; use began_unix_seconds, ended_unix_seconds, extruded_meters and progress_ratio\n";

/// New columns come last, so that the positions of the others do not change.
// clang-format off
constexpr std::array kColumns{
    "id", "printer", "source", "file", "result", "reason", "began", "ended", "joined", "elapsed_seconds", "filament_meters",
    "travel_x_meters", "travel_y_meters", "travel_z_meters", "highest_tool_celsius", "highest_bed_celsius", "progress",
    "resends", "stalls", "began_unix_seconds", "ended_unix_seconds", "extruded_meters", "progress_ratio"};
// clang-format on

std::string field_of(const nlohmann::json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string filament_text(double meters) { return meters > 0 ? terminal::formatted("%.2f m", meters) : "-"; }

/// A running print is written once a minute: before the first time nothing is known.
std::string printed_text(const snapshot::JobRecord& job) {
  const bool is_new = job.result == snapshot::JobResult::kRunning && job.elapsed_seconds < 1;
  return is_new ? "-" : text::elapsed_text(job.elapsed_seconds);
}

text::TextRow row_of(const snapshot::JobRecord& job) {
  const std::string progress = job.progress ? text::percent_text(*job.progress) : "-";
  return {std::to_string(job.id),
          job.printer,
          text::local_time_text(job.began_unix),
          printed_text(job),
          std::string(snapshot::word_of(job.result)),
          progress,
          filament_text(job.extruded_meters),
          job.file.empty() ? "-" : job.file};
}

// Characters in a line, as for a mail.
constexpr std::size_t kColumnsOfStrip = 80;

int show_job(const jobs::StoreDatabase& database, std::int64_t id, std::ostream& out, std::ostream& err) {
  snapshot::JobFilter all;
  all.limit = jobs::StoreDatabase::kMostJobs;
  for (const snapshot::JobRecord& job : database.jobs(all)) {
    if (job.id != id) continue;
    write_jobs_table(out, {job});
    std::vector<gcode::printer::Layer> layers;
    for (const auto& [of, layer] : database.layers()) {
      if (of == id) layers.push_back(layer);
    }
    out << (layers.empty() ? "\nno layers are known: it was printed from the card, or others came after it\n" : "\n");
    write_print_strip(out, layers, kColumnsOfStrip);
    return 0;
  }
  err << "marlin-agent: there is no print " << id << " in the history: see marlin-agent jobs\n";
  return 1;
}

}  // namespace

void write_jobs_table(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs) {
  std::vector<text::TextRow> rows{{"ID", "PRINTER", "BEGAN", "PRINTED", "RESULT", "PROGRESS", "FILAMENT", "FILE"}};
  for (const snapshot::JobRecord& job : jobs) rows.push_back(row_of(job));
  text::write_columns(out, rows);
}

void write_jobs_json(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs) {
  auto all = nlohmann::json::array();
  for (const snapshot::JobRecord& job : jobs) all.push_back(status::job_json_with_deprecated_names(job));
  out << all.dump(2) << '\n';
}

void write_jobs_csv(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs) {
  std::vector<text::TextRow> rows(1);
  rows.front().assign(kColumns.begin(), kColumns.end());
  for (const snapshot::JobRecord& job : jobs) {
    const auto json = status::job_json_with_deprecated_names(job);
    text::TextRow& row = rows.emplace_back();
    for (const char* column : kColumns) row.push_back(field_of(json.value(column, nlohmann::json())));
  }
  text::write_csv(out, rows);
}

int list_jobs(const JobsOptions& options, std::ostream& out, std::ostream& err) {
  const std::string dir = options.state_dir ? *options.state_dir : config::default_state_dir(::getenv);
  const std::string file = dir + '/' + jobs::Store::kFileName;
  if (::access(file.c_str(), R_OK) != 0) {
    err << "marlin-agent: cannot read the history " << file << ": " << std::strerror(errno)
        << (errno == ENOENT ? " (another directory: --state-dir DIR)" : "") << '\n';
    return 1;
  }
  try {
    const auto database = jobs::StoreDatabase::for_reading(file);
    if (options.show) return show_job(database, *options.show, out, err);
    const auto jobs = database.jobs(options.filter);
    if (options.json) write_jobs_json(out, jobs);
    else if (options.csv) write_jobs_csv(out, jobs);
    else if (jobs.empty()) out << "no prints to show; the history is " << file << '\n';
    else write_jobs_table(out, jobs);
    if (options.json || options.csv) err << kDeprecated;
  } catch (const jobs::StoreError& error) {
    err << "marlin-agent: cannot read the history " << file << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace agent::cli
