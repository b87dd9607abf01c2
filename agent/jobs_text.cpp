#include "agent/jobs_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/job_json.h"
#include "agent/time_text.h"

namespace agent {
namespace {

/// New columns come last, so that who counts columns finds the others where they were.
// clang-format off
constexpr std::array kColumns{
    "id", "printer", "source", "file", "result", "reason", "began", "ended", "joined", "elapsed_seconds", "filament_meters",
    "travel_x_meters", "travel_y_meters", "travel_z_meters", "highest_tool_celsius", "highest_bed_celsius", "progress",
    "resends", "stalls", "began_unix_seconds", "ended_unix_seconds", "extruded_meters", "progress_ratio"};
// clang-format on

std::string csv_field(const nlohmann::json& value) {
  if (value.is_null()) return {};
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string filament_text(double meters) {
  if (meters <= 0) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f m", meters);
  return text.data();
}

using Row = std::array<std::string, 8>;
Row row_of(const JobRecord& job) {
  const std::string progress = job.progress ? std::to_string(std::lround(*job.progress * 100)) + " %" : "-";
  return {std::to_string(job.id),
          job.printer,
          local_time_text(job.began_unix),
          duration_text(job.elapsed_seconds),
          std::string(word_of(job.result)),
          progress,
          filament_text(job.extruded_meters),
          job.file.empty() ? "-" : job.file};
}

/// Characters, not bytes, as a terminal counts them; good enough for names without wide characters.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

void write_jobs_table(std::ostream& out, const std::vector<JobRecord>& jobs) {
  std::vector<Row> rows{{"ID", "PRINTER", "BEGAN", "PRINTED", "RESULT", "PROGRESS", "FILAMENT", "FILE"}};
  for (const JobRecord& job : jobs) rows.push_back(row_of(job));
  std::array<std::size_t, 8> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      out << row[i] << std::string(widths[i] - width_of(row[i]) + 2, ' ');
    out << row.back() << '\n';
  }
}

void write_jobs_json(std::ostream& out, const std::vector<JobRecord>& jobs) {
  auto all = nlohmann::json::array();
  for (const JobRecord& job : jobs) all.push_back(job_json_with_deprecated_names(job));
  out << all.dump(2) << '\n';
}

void write_jobs_csv(std::ostream& out, const std::vector<JobRecord>& jobs) {
  const auto write_row = [&out](const auto& field) {
    const char* separator = "";
    for (const char* column : kColumns) {
      out << separator << field(column);
      separator = ",";
    }
    out << "\r\n";
  };
  write_row([](const char* column) { return column; });
  for (const JobRecord& job : jobs) {
    const auto json = job_json_with_deprecated_names(job);
    write_row([&](const char* column) { return csv_field(json.value(column, nlohmann::json())); });
  }
}

}  // namespace agent
