#include "agent/web/api/web_routes.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <ostream>
#include <utility>

#include "agent/metrics/openmetrics.h"
#include "agent/web/http/web_encoding.h"

namespace agent::web::api {
namespace {

using Render = void (metrics::MetricsCollector::*)(std::ostream&) const;

std::string render_plain(const metrics::MetricsCollector& metrics, Render render) {
  std::string text;
  http::StringSink sink(text);
  std::ostream out(&sink);
  (metrics.*render)(out);
  return text;
}

std::string render_packed(const metrics::MetricsCollector& metrics, Render render) {
  std::string packed;
  http::GzipSink sink(packed);
  std::ostream out(&sink);
  (metrics.*render)(out);
  sink.finish();
  return packed;
}

http::WebResponse metrics_page(const WebContext& context, const http::WebRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  http::WebResponse response;
  const bool open = request.accepts_openmetrics;
  response.content_type = open ? metrics::kOpenMetricsType : "text/plain; version=0.0.4; charset=utf-8";
  const Render render = open ? &metrics::MetricsCollector::render_openmetrics : &metrics::MetricsCollector::render;
  response.gzip = request.accepts_gzip;
  response.body = request.accepts_gzip ? render_packed(context.metrics, render) : render_plain(context.metrics, render);
  context.counters.scrape_took(std::chrono::steady_clock::now() - begin);
  return response;
}

http::WebResponse health_page(const WebContext&, const http::WebRequest&) {
  http::WebResponse response;
  response.body = "ok\n";
  return response;
}

/// The header of a stream; the session sends the events.
http::WebResponse events_page(const WebContext&, const http::WebRequest&) {
  http::WebResponse response;
  response.content_type = "text/event-stream";
  response.is_stream = true;
  return response;
}

}  // namespace

WebRoutes::WebRoutes(WebContext context)
    : context_(std::move(context)),
      routes_{
          {context_.telemetry_path, metrics_page, true},  // first: its path may be the same as one of the others
          {"/healthz", health_page},
          {"/api/v1/printers", printers_page},
          {"/api/v1/history", history_page},
          {"/api/v1/jobs", jobs_page},
          {"/api/v1/catalogue", catalogue_page},
          {"/api/v1/events", events_page},
      } {}

http::WebResponse WebRoutes::answer(const http::WebRequest& request) const {
  if (request.method == http::WebMethod::kOther) {
    auto refusal = http::plain_answer(405, "only GET and HEAD are answered");
    refusal.is_scrape = request.path == context_.telemetry_path;
    return refusal;
  }
  const auto route =
      std::find_if(routes_.begin(), routes_.end(), [&](const Route& r) { return r.path == request.path; });
  return route != routes_.end() ? answer_of(*route, request) : other_path(request);
}

http::WebResponse WebRoutes::answer_of(const Route& route, const http::WebRequest& request) const {
  http::WebResponse response;
  try {
    response = route.page(context_, request);
  } catch (const std::exception&) {  // probably out of memory; the next request may succeed
    response = http::plain_answer(503, "the page could not be rendered");
  }
  response.is_scrape = route.is_scrape;
  return response;
}

http::WebResponse WebRoutes::other_path(const http::WebRequest& request) const {
  if (auto asset = assets_.answer(request)) return std::move(*asset);
  return http::plain_answer(404, "the metrics are at " + context_.telemetry_path);
}

}  // namespace agent::web::api
