#include "agent/jobs_text.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

#include "agent/text_table.h"
#include "agent/time_text.h"

namespace agent {
namespace {

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

/// The one list of what a program gets to know of a print.
nlohmann::ordered_json json_of(const JobRecord& job) {
  nlohmann::ordered_json json;
  json["id"] = job.id;
  json["printer"] = job.printer;
  json["source"] = word_of(job.source);
  json["file"] = job.file;
  json["result"] = word_of(job.result);
  json["reason"] = job.reason;
  json["began"] = utc_time_text(job.began_unix);
  json["ended"] = job.ended_unix > 0 ? nlohmann::ordered_json(utc_time_text(job.ended_unix)) : nlohmann::ordered_json();
  json["joined"] = job.joined;
  json["elapsed_seconds"] = rounded(job.elapsed_seconds, 10);
  json["filament_meters"] = rounded(job.extruded_meters, 1e5);
  json["travel_x_meters"] = rounded(job.travel_meters[0], 1e4);
  json["travel_y_meters"] = rounded(job.travel_meters[1], 1e4);
  json["travel_z_meters"] = rounded(job.travel_meters[2], 1e4);
  const auto known = [](double celsius) {
    return celsius > 0 ? nlohmann::ordered_json(celsius) : nlohmann::ordered_json();
  };
  json["highest_tool_celsius"] = known(job.highest_tool_celsius);
  json["highest_bed_celsius"] = known(job.highest_bed_celsius);
  json["progress"] = job.progress ? nlohmann::ordered_json(rounded(*job.progress, 1e4)) : nlohmann::ordered_json();
  json["resends"] = job.resends;
  json["stalls"] = job.stalls;
  return json;
}

std::string field_of(const nlohmann::ordered_json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string filament_text(double meters) {
  if (meters <= 0) return "-";
  std::string text = std::to_string(rounded(meters, 100));
  return text.substr(0, text.find('.') + 3) + " m";
}

TextRow row_of(const JobRecord& job) {
  const std::string progress = job.progress ? std::to_string(std::lround(*job.progress * 100)) + " %" : "-";
  return {std::to_string(job.id),
          job.printer,
          local_time_text(job.began_unix),
          elapsed_text(job.elapsed_seconds),
          std::string(word_of(job.result)),
          progress,
          filament_text(job.extruded_meters),
          job.file.empty() ? "-" : job.file};
}

}  // namespace

void write_jobs_table(std::ostream& out, const std::vector<JobRecord>& jobs) {
  std::vector<TextRow> rows{{"ID", "PRINTER", "BEGAN", "PRINTED", "RESULT", "PROGRESS", "FILAMENT", "FILE"}};
  for (const JobRecord& job : jobs) rows.push_back(row_of(job));
  write_columns(out, rows);
}

void write_jobs_json(std::ostream& out, const std::vector<JobRecord>& jobs) {
  auto all = nlohmann::ordered_json::array();
  for (const JobRecord& job : jobs) all.push_back(json_of(job));
  out << all.dump(2) << '\n';
}

void write_jobs_csv(std::ostream& out, const std::vector<JobRecord>& jobs) {
  std::vector<TextRow> rows(1);
  const auto names = json_of({});
  for (const auto& item : names.items()) rows.front().push_back(item.key());
  for (const JobRecord& job : jobs) {
    const auto json = json_of(job);
    std::transform(json.begin(), json.end(), std::back_inserter(rows.emplace_back()), field_of);
  }
  write_csv(out, rows);
}

}  // namespace agent
