#include "agent/cli/jobs_text.h"

#include <cmath>
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/status/status_json.h"
#include "agent/text/text_table.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

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

std::string filament_text(double meters) {
  if (meters <= 0) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f m", meters);
  return text.data();
}

text::TextRow row_of(const snapshot::JobRecord& job) {
  const std::string progress = job.progress ? std::to_string(std::lround(*job.progress * 100)) + " %" : "-";
  return {std::to_string(job.id),
          job.printer,
          text::local_time_text(job.began_unix),
          text::elapsed_text(job.elapsed_seconds),
          std::string(snapshot::word_of(job.result)),
          progress,
          filament_text(job.extruded_meters),
          job.file.empty() ? "-" : job.file};
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

}  // namespace agent::cli
