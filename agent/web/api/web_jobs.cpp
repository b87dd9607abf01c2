#include "agent/web/api/web_jobs.h"

#include "agent/status/job_json.h"
#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"
#include "agent/web/http/web_query.h"

namespace agent::web::api {
namespace {

using nlohmann::json;

std::optional<WebFault> take_limit(const std::string& text, std::size_t& limit) {
  const auto number = text::parse_number<std::size_t>(text);
  if (number && *number >= 1 && *number <= snapshot::History::kMostJobs) return limit = *number, std::nullopt;
  return WebFault{400, "limit: expected a number from 1 to " + std::to_string(snapshot::History::kMostJobs) +
                           ", found \"" + text::clean_text(text, 64) + '"'};
}

std::optional<WebFault> take(const http::WebParameter& parameter, snapshot::JobFilter& filter) {
  if (parameter.name == "limit") return take_limit(parameter.value, filter.limit);
  if (parameter.name == "printer") {
    filter.printer = parameter.value;
    return std::nullopt;
  }
  if (parameter.name == "result") {
    filter.result = snapshot::job_result_of(parameter.value);
    if (filter.result) return std::nullopt;
    return WebFault{400, "result: expected running, completed, cancelled, failed or unknown, found \"" +
                             text::clean_text(parameter.value, 64) + '"'};
  }
  return WebFault{400, "no parameter is called \"" + text::clean_text(parameter.name, 64) +
                           "\"; there are printer, result and limit"};
}

}  // namespace

std::variant<json, WebFault> last_jobs(const WebContext& context, const std::string& query) {
  const auto parameters = http::parse_query(query);
  if (!parameters) return WebFault{400, "the query has an invalid escape"};
  snapshot::JobFilter filter;
  for (const auto& parameter : *parameters) {
    if (auto fault = take(parameter, filter)) return *fault;
  }
  json jobs = json::array();
  for (const auto& job : context.snapshots.history().jobs(filter)) jobs.push_back(status::job_json(job));
  return json{{"jobs", std::move(jobs)}};
}

}  // namespace agent::web::api
