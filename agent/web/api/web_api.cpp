#include "agent/web/api/web_api.h"

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics.h"
#include "agent/status/status_json.h"
#include "agent/text/metrics_text.h"
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

http::WebResponse incidents_page(const WebContext& context, const http::WebRequest& request) {
  return json_answer(kept_incidents(context), request);
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

}  // namespace agent::web::api
