#include "agent/web/api/web_api.h"

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics_catalogue.h"
#include "agent/status/printer_json.h"
#include "agent/text/metrics_text.h"
#include "agent/web/api/web_history.h"
#include "agent/web/api/web_jobs.h"
#include "agent/web/http/web_encoding.h"

namespace agent {
namespace {

using nlohmann::json;

/// Below that gzip's own frame costs more than it saves.
constexpr std::size_t kWorthPacking = 512;

WebResponse json_answer(const json& value, const WebRequest& request) {
  WebResponse response;
  response.content_type = "application/json";
  response.varies_by_encoding = true;
  // Every text was cleaned; `replace` is the belt to those braces: a page never fails for a byte.
  response.body = value.dump(-1, ' ', false, json::error_handler_t::replace);
  response.body += '\n';
  response.gzip = request.accepts_gzip && response.body.size() >= kWorthPacking;
  if (response.gzip) response.body = pack(response.body);
  return response;
}

WebResponse answer_or_fault(const std::variant<json, WebFault>& answer, const WebRequest& request) {
  if (const auto* fault = std::get_if<WebFault>(&answer)) return plain_answer(fault->status, fault->sentence);
  return json_answer(std::get<json>(answer), request);
}

}  // namespace

json printers_json(const WebContext& context) {
  const gcode::Time now = context.metrics.now();
  json printers = json::array();
  for (const auto& link : context.board.links()) {
    printers.push_back(printer_json(*link, context.quality.last_minute(link->name), now));
  }
  const json agent = {{"version", context.build.version},
                      {"revision", context.build.revision},
                      {"telemetry_path", clean_text(context.telemetry_path, 512)}};
  return {{"agent", agent}, {"printers", std::move(printers)}};
}

WebResponse printers_page(const WebContext& context, const WebRequest& request) {
  return json_answer(printers_json(context), request);
}

WebResponse history_page(const WebContext& context, const WebRequest& request) {
  return answer_or_fault(temperature_history(context, request.query), request);
}

WebResponse jobs_page(const WebContext& context, const WebRequest& request) {
  return answer_or_fault(last_jobs(context, request.query), request);
}

WebResponse catalogue_page(const WebContext& context, const WebRequest& request) {
  json families = json::array();
  for (const auto& entry : catalogue(context.metrics)) {
    families.push_back({{"name", entry.name},
                        {"type", entry.type},
                        {"unit", entry.unit},
                        {"labels", entry.labels},
                        {"series", entry.series},
                        {"help", entry.help}});
  }
  return json_answer({{"families", std::move(families)}}, request);
}

}  // namespace agent
