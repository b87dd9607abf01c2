#include "agent/jobs_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <string>

#include <nlohmann/json.hpp>

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

std::string csv_field(const nlohmann::ordered_json& value) {
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
  std::string text = std::to_string(rounded(meters, 100));
  return text.substr(0, text.find('.') + 3) + " m";
}

using Row = std::array<std::string, 8>;
Row row_of(const JobRecord& job) {
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
  auto all = nlohmann::ordered_json::array();
  for (const JobRecord& job : jobs) all.push_back(json_of(job));
  out << all.dump(2) << '\n';
}

void write_jobs_csv(std::ostream& out, const std::vector<JobRecord>& jobs) {
  const char* separator = "";
  const auto names = json_of({});
  for (const auto& item : names.items()) {
    out << separator << item.key();
    separator = ",";
  }
  out << "\r\n";
  for (const JobRecord& job : jobs) {
    separator = "";
    for (const auto& value : json_of(job)) {
      out << separator << csv_field(value);
      separator = ",";
    }
    out << "\r\n";
  }
}

}  // namespace agent
