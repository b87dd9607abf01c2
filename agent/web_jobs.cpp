#include "agent/web_jobs.h"

#include "agent/metrics_text.h"
#include "agent/text_scan.h"
#include "agent/web_query.h"
#include "agent/web_routes.h"

namespace agent {
namespace {

using nlohmann::json;

std::optional<WebFault> take_limit(const std::string& text, std::size_t& limit) {
  const auto number = parse_number<std::size_t>(text);
  if (number && *number >= 1 && *number <= History::kMostJobs) return limit = *number, std::nullopt;
  return WebFault{400, "limit: expected a number from 1 to " + std::to_string(History::kMostJobs) + ", found \"" +
                           clean_text(text, 64) + '"'};
}

std::optional<WebFault> take(const WebParameter& parameter, JobFilter& filter) {
  if (parameter.name == "limit") return take_limit(parameter.value, filter.limit);
  if (parameter.name == "printer") {
    filter.printer = parameter.value;
    return std::nullopt;
  }
  if (parameter.name == "result") {
    filter.result = job_result_of(parameter.value);
    if (filter.result) return std::nullopt;
    return WebFault{400, "result: expected running, completed, cancelled, failed or unknown, found \"" +
                             clean_text(parameter.value, 64) + '"'};
  }
  return WebFault{
      400, "no parameter is called \"" + clean_text(parameter.name, 64) + "\"; there are printer, result and limit"};
}

json job_json(const JobRecord& job) {
  json out = {{"id", job.id},
              {"printer", clean_text(job.printer)},
              {"source", word_of(job.source)},
              {"result", word_of(job.result)},
              {"began_unix_seconds", job.began_unix},
              {"elapsed_seconds", job.elapsed_seconds},
              {"extruded_meters", job.extruded_meters},
              {"resends", job.resends},
              {"stalls", job.stalls}};
  if (!job.file.empty()) out["file"] = clean_text(job.file);
  if (!job.reason.empty()) out["reason"] = clean_text(job.reason, 512);
  if (job.ended_unix > 0) out["ended_unix_seconds"] = job.ended_unix;
  if (job.highest_tool_celsius > 0) out["highest_tool_celsius"] = job.highest_tool_celsius;
  if (job.highest_bed_celsius > 0) out["highest_bed_celsius"] = job.highest_bed_celsius;
  if (job.progress) out["progress_ratio"] = *job.progress;
  if (job.joined) out["joined"] = true;
  return out;
}

}  // namespace

std::variant<json, WebFault> last_jobs(const WebContext& context, const std::string& query) {
  const auto parameters = parse_query(query);
  if (!parameters) return WebFault{400, "the query has a broken escape"};
  JobFilter filter;
  for (const auto& parameter : *parameters) {
    if (auto fault = take(parameter, filter)) return *fault;
  }
  json jobs = json::array();
  for (const auto& job : context.board.history().jobs(filter)) jobs.push_back(job_json(job));
  return json{{"jobs", std::move(jobs)}};
}

}  // namespace agent
