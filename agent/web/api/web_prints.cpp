#include "agent/web/api/web_api.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "agent/status/status_json.h"
#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"

namespace agent::web::api {
namespace {

using nlohmann::json;

WebFault wrong(const http::WebParameter& parameter, const std::string& expected) {
  return {400, parameter.name + ": expected " + expected + ", found \"" + text::clean_text(parameter.value, 64) + '"'};
}

WebFault unknown(const http::WebParameter& parameter, const std::string& known) {
  return {400, "no parameter is called \"" + text::clean_text(parameter.name, 64) + "\"; there are " + known};
}

std::vector<http::WebParameter> parameters_of(const std::string& query) {
  auto parameters = http::parse_query(query);
  if (!parameters) throw WebFault{400, "the query has an invalid escape"};
  return std::move(*parameters);
}

void take(const http::WebParameter& parameter, snapshot::JobFilter& filter) {
  if (parameter.name == "limit") {
    filter.limit = text::parse_number<std::size_t>(parameter.value).value_or(0);
    if (filter.limit < 1 || filter.limit > snapshot::History::kMostJobs)
      throw wrong(parameter, "a number from 1 to " + std::to_string(snapshot::History::kMostJobs));
  } else if (parameter.name == "printer") {
    filter.printer = parameter.value;
  } else if (parameter.name == "result") {
    filter.result = snapshot::job_result_of(parameter.value);
    if (!filter.result) throw wrong(parameter, "running, completed, cancelled, failed or unknown");
  } else if (parameter.name == "since") {
    filter.since_unix = text::parse_number<double>(parameter.value);
    if (!filter.since_unix || !std::isfinite(*filter.since_unix))
      throw wrong(parameter, "a number of seconds since 1970");
  } else if (parameter.name == "before") {
    filter.before_id = text::parse_number<std::int64_t>(parameter.value);
    if (!filter.before_id) throw wrong(parameter, "the id of a print");
  } else {
    throw unknown(parameter, "printer, result, since, before and limit");
  }
}

json summary_json(const snapshot::JobSummary& sums) {
  json out = {
      {"elapsed_seconds", sums.elapsed_seconds}, {"extruded_meters", sums.extruded_meters}, {"has_all", sums.has_all}};
  std::size_t prints = 0;
  for (const auto result : gcode::line::kValuesOf<snapshot::JobResult>) {
    out[std::string(snapshot::word_of(result))] = sums.by_result[result];
    prints += sums.by_result[result];
  }
  out["prints"] = prints;
  return out;
}

json layer_json(const gcode::printer::Layer& layer) {
  json out = {{"layer", layer.number},
              {"height_meters", text::as_written(layer.height_mm) / 1000},
              {"seconds", text::as_written(layer.seconds)},
              {"extruded_meters", text::as_written(layer.extruded_mm) / 1000},
              {"resends", layer.resends}};
  if (layer.lowest_buffered < 0) return out;
  out["underruns"] = layer.underruns;
  out["lowest_buffered_seconds"] = text::as_written(layer.lowest_buffered);
  return out;
}

}  // namespace

json last_jobs(const WebContext& context, const std::string& query) {
  snapshot::JobFilter filter;
  for (const auto& parameter : parameters_of(query)) take(parameter, filter);
  json jobs = json::array();
  for (const auto& job : context.snapshots.history().jobs(filter)) jobs.push_back(status::job_json(job));
  filter.before_id.reset();  // all pages of the list have the same sums
  const auto sums = context.snapshots.history().summary(filter);
  return {{"jobs", std::move(jobs)}, {"matching", summary_json(sums)}, {"printers", sums.printers}};
}

json layers_of_print(const WebContext& context, const std::string& query) {
  std::optional<std::int64_t> id;
  std::uint32_t after = 0;
  for (const auto& parameter : parameters_of(query)) {
    if (parameter.name == "print_id") {
      id = text::parse_number<std::int64_t>(parameter.value);
      if (!id) throw wrong(parameter, "a number");
    } else if (parameter.name == "after") {
      const auto number = text::parse_number<std::uint32_t>(parameter.value);
      if (!number) throw wrong(parameter, "the number of a layer");
      after = *number;
    } else {
      throw unknown(parameter, "print_id and after");
    }
  }
  if (!id) throw WebFault{400, "print_id: the number of a print is needed, such as ?print_id=42"};
  json layers = json::array();
  for (const auto& layer : context.snapshots.history().layers(*id)) {
    if (layer.number > after) layers.push_back(layer_json(layer));
  }
  return {{"print_id", *id}, {"layers", std::move(layers)}};
}

json kept_incidents(const WebContext& context) {
  json incidents = json::array();
  for (const auto& incident : context.snapshots.history().incidents()) {
    incidents.push_back({{"id", incident.id},
                         {"printer", text::clean_text(incident.printer)},
                         {"incident", text::clean_text(incident.kind)},
                         {"at_unix_seconds", incident.unix_seconds},
                         {"sentence", text::clean_text(incident.sentence, 1024)}});
  }
  return {{"incidents", std::move(incidents)}};
}

}  // namespace agent::web::api
