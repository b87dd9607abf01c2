#include "agent/status/status_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "agent/text/metrics_text.h"
#include "agent/text/time_text.h"

namespace agent::status {
namespace {

using nlohmann::json;

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

}  // namespace

json job_json(const snapshot::JobRecord& job) {
  json out = {{"id", job.id},
              {"printer", text::clean_text(job.printer)},
              {"source", snapshot::word_of(job.source)},
              {"result", snapshot::word_of(job.result)},
              {"began_unix_seconds", job.began_unix},
              {"elapsed_seconds", job.elapsed_seconds},
              {"extruded_meters", job.extruded_meters},
              {"travel_x_meters", rounded(job.travel_meters[0], 1e4)},
              {"travel_y_meters", rounded(job.travel_meters[1], 1e4)},
              {"travel_z_meters", rounded(job.travel_meters[2], 1e4)},
              {"resends", job.resends},
              {"stalls", job.stalls}};
  if (!job.file.empty()) out["file"] = text::clean_text(job.file);
  if (!job.reason.empty()) out["reason"] = text::clean_text(job.reason, 512);
  if (job.ended_unix > 0) out["ended_unix_seconds"] = job.ended_unix;
  if (job.highest_tool_celsius > 0) out["highest_tool_celsius"] = job.highest_tool_celsius;
  if (job.highest_bed_celsius > 0) out["highest_bed_celsius"] = job.highest_bed_celsius;
  if (job.progress) out["progress_ratio"] = *job.progress;
  if (job.joined) out["joined"] = true;
  return out;
}

json job_json_with_deprecated_names(const snapshot::JobRecord& job) {
  json out = job_json(job);
  out["began"] = text::utc_time_text(job.began_unix);
  out["ended"] = job.ended_unix > 0 ? json(text::utc_time_text(job.ended_unix)) : json();
  out["filament_meters"] = rounded(job.extruded_meters, 1e5);
  out["progress"] = job.progress ? json(rounded(*job.progress, 1e4)) : json();
  out.emplace("file", "");
  out.emplace("reason", "");
  out.emplace("joined", false);
  out.emplace("highest_tool_celsius", nullptr);
  out.emplace("highest_bed_celsius", nullptr);
  return out;
}

}  // namespace agent::status
