#include "agent/web/api/web_api.h"

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics.h"
#include "agent/status/status_json.h"
#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"
#include "agent/web/http/web_encoding.h"

namespace agent::web::api {
namespace {

using nlohmann::json;

/// Below this size gzip's own framing costs more than compression saves.
constexpr std::size_t kWorthPacking = 512;

http::WebResponse json_answer(const json& value, const http::WebRequest& request) {
  http::WebResponse response;
  response.content_type = "application/json";
  response.varies_by_encoding = true;
  // Every text was cleaned before; `replace` makes sure that a page never fails because of an invalid byte.
  response.body = value.dump(-1, ' ', false, json::error_handler_t::replace);
  response.body += '\n';
  response.gzip = request.accepts_gzip && response.body.size() >= kWorthPacking;
  if (response.gzip) response.body = http::pack(response.body);
  return response;
}

void take(const http::WebParameter& parameter, snapshot::JobFilter& filter) {
  const auto wrong = [&](const std::string& expected) {
    return WebFault{
        400, parameter.name + ": expected " + expected + ", found \"" + text::clean_text(parameter.value, 64) + '"'};
  };
  if (parameter.name == "limit") {
    filter.limit = text::parse_number<std::size_t>(parameter.value).value_or(0);
    if (filter.limit < 1 || filter.limit > snapshot::History::kMostJobs)
      throw wrong("a number from 1 to " + std::to_string(snapshot::History::kMostJobs));
  } else if (parameter.name == "printer") {
    filter.printer = parameter.value;
  } else if (parameter.name == "result") {
    filter.result = snapshot::job_result_of(parameter.value);
    if (!filter.result) throw wrong("running, completed, cancelled, failed or unknown");
  } else {
    throw WebFault{400, "no parameter is called \"" + text::clean_text(parameter.name, 64) +
                            "\"; there are printer, result and limit"};
  }
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

json printers_json(const WebContext& context) {
  const gcode::line::Time now = context.metrics.now();
  json printers = json::array();
  for (const auto& link : context.snapshots.links()) {
    printers.push_back(status::printer_json(*link, context.quality.last_minute(link->name), now));
  }
  const json agent = {{"version", context.build.version},
                      {"revision", context.build.revision},
                      {"telemetry_path", text::clean_text(context.telemetry_path, 512)}};
  return {{"agent", agent}, {"printers", std::move(printers)}};
}

http::WebResponse printers_page(const WebContext& context, const http::WebRequest& request) {
  return json_answer(printers_json(context), request);
}

http::WebResponse history_page(const WebContext& context, const http::WebRequest& request) {
  return json_answer(temperature_history(context, request.query), request);
}

http::WebResponse jobs_page(const WebContext& context, const http::WebRequest& request) {
  return json_answer(last_jobs(context, request.query), request);
}

http::WebResponse layers_page(const WebContext& context, const http::WebRequest& request) {
  return json_answer(layers_of_print(context, request.query), request);
}

http::WebResponse catalogue_page(const WebContext& context, const http::WebRequest& request) {
  json families = json::array();
  for (const auto& entry : metrics::catalogue(context.metrics)) {
    families.push_back({{"name", entry.name},
                        {"type", entry.type},
                        {"unit", entry.unit},
                        {"labels", entry.labels},
                        {"series", entry.series},
                        {"help", entry.help}});
  }
  return json_answer({{"families", std::move(families)}}, request);
}

json last_jobs(const WebContext& context, const std::string& query) {
  const auto parameters = http::parse_query(query);
  if (!parameters) throw WebFault{400, "the query has an invalid escape"};
  snapshot::JobFilter filter;
  for (const auto& parameter : *parameters) take(parameter, filter);
  json jobs = json::array();
  for (const auto& job : context.snapshots.history().jobs(filter)) jobs.push_back(status::job_json(job));
  return {{"jobs", std::move(jobs)}};
}

json layers_of_print(const WebContext& context, const std::string& query) {
  const auto parameters = http::parse_query(query);
  if (!parameters) throw WebFault{400, "the query has an invalid escape"};
  if (parameters->size() != 1 || parameters->front().name != "print_id")
    throw WebFault{400, "expected one parameter, print_id: the number of a print"};
  const std::string& value = parameters->front().value;
  const auto id = text::parse_number<std::int64_t>(value);
  if (!id) throw WebFault{400, "print_id: expected a number, found \"" + text::clean_text(value, 64) + '"'};
  json layers = json::array();
  for (const auto& layer : context.snapshots.history().layers(*id)) layers.push_back(layer_json(layer));
  return {{"print_id", *id}, {"layers", std::move(layers)}};
}

}  // namespace agent::web::api
