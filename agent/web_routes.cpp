#include "agent/web_routes.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <ostream>
#include <utility>

#include "agent/web_encoding.h"
#include "agent/web_landing.h"

namespace agent {
namespace {

std::string render_plain(const MetricsCollector& metrics) {
  std::string text;
  StringSink sink(text);
  std::ostream out(&sink);
  metrics.render(out);
  return text;
}

std::string render_packed(const MetricsCollector& metrics) {
  std::string packed;
  GzipSink sink(packed);
  std::ostream out(&sink);
  metrics.render(out);
  sink.finish();
  return packed;
}

WebResponse metrics_page(const WebContext& context, const WebRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  WebResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.gzip = request.accepts_gzip;
  response.body = request.accepts_gzip ? render_packed(context.metrics) : render_plain(context.metrics);
  context.counters.scrape_took(std::chrono::steady_clock::now() - begin);
  return response;
}

WebResponse landing_page(const WebContext& context, const WebRequest&) {
  WebResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.body = landing_html(context);
  return response;
}

WebResponse health_page(const WebContext&, const WebRequest&) {
  WebResponse response;
  response.body = "ok\n";
  return response;
}

}  // namespace

WebRoutes::WebRoutes(WebContext context)
    : context_(std::move(context)),
      routes_{
          {context_.telemetry_path, metrics_page, true},  // first: it may take the place of one of the others
          {"/", landing_page},
          {"/healthz", health_page},
      } {}

WebResponse WebRoutes::answer(const WebRequest& request) const {
  const auto route =
      std::find_if(routes_.begin(), routes_.end(), [&](const Route& r) { return r.path == request.path; });
  if (route != routes_.end()) return answer(*route, request);
  if (request.method == WebMethod::kOther) return plain_answer(405, "only GET and HEAD are answered");
  return plain_answer(404, "the metrics are at " + context_.telemetry_path);
}

WebResponse WebRoutes::answer(const Route& route, const WebRequest& request) const {
  WebResponse response;
  try {
    response = request.method == WebMethod::kOther ? plain_answer(405, "only GET and HEAD are answered")
                                                   : route.page(context_, request);
  } catch (const std::exception&) {  // out of memory, most likely; the next request may find some
    response = plain_answer(503, "the page could not be made");
  }
  response.is_scrape = route.is_scrape;
  return response;
}

}  // namespace agent
