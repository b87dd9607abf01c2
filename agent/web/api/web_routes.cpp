#include "agent/web/api/web_routes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <sstream>

#include <zlib.h>

#include "agent/metrics/openmetrics.h"
#include "agent/web/http/web_encoding.h"

namespace agent::web::api {
namespace {

using Render = void (metrics::MetricsCollector::*)(std::ostream&) const;

std::string render_plain(const metrics::MetricsCollector& metrics, Render render) {
  std::ostringstream out;
  (metrics.*render)(out);
  return std::move(out).str();
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

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/plain; charset=utf-8";
}

/// The paths of HTML pages have no suffix: "/", "/prints" and "/catalogue".
std::string path_of(std::string_view name) {
  if (name == "index.html") return "/";
  if (name.ends_with(".html")) name.remove_suffix(5);
  return "/" + std::string(name);
}

std::string etag_of(std::string_view text) {
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "\"%08lx-%zx\"", sum, text.size());
  return out.data();
}

/// Weak comparison of RFC 9110: W/"x" equals "x".
bool names(std::string_view if_none_match, std::string_view etag) {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

}  // namespace

WebRoutes::WebRoutes(WebContext context)
    : context_(std::move(context)),
      routes_{
          {context_.telemetry_path, metrics_page, true,
           SharedPage()},  // first: its path may be the same as one of the others
          {"/healthz", health_page},
          {"/api/v1/printers", printers_page, false, SharedPage()},
          {"/api/v1/history", history_page},
          {"/api/v1/jobs", jobs_page},
          {"/api/v1/layers", layers_page},
          {"/api/v1/incidents", incidents_page},
          {"/api/v1/catalogue", catalogue_page},
          {"/api/v1/events", events_page},
      } {}

http::WebResponse WebRoutes::answer(const http::WebRequest& request) {
  if (request.method == http::WebMethod::kOther) {
    auto refusal = http::plain_answer(405, "only GET and HEAD are answered");
    refusal.is_scrape = request.path == context_.telemetry_path;
    return refusal;
  }
  const auto route =
      std::find_if(routes_.begin(), routes_.end(), [&](const Route& r) { return r.path == request.path; });
  if (route != routes_.end()) return answer_of(*route, request);
  if (auto file = file_answer(request)) return std::move(*file);
  return http::plain_answer(404, "the metrics are at " + context_.telemetry_path);
}

http::WebResponse WebRoutes::answer_of(Route& route, const http::WebRequest& request) {
  http::WebResponse response;
  try {
    const auto render = [&] { return route.page(context_, request); };
    response = route.shared ? route.shared->answer(request, render) : render();
  } catch (const WebFault& fault) {
    response = http::plain_answer(fault.status, fault.sentence);
  } catch (const std::exception&) {  // probably out of memory; the next request may succeed
    response = http::plain_answer(503, "the page could not be rendered");
  }
  response.is_scrape = route.is_scrape;
  return response;
}

void WebRoutes::drop_old_pages() {
  for (Route& route : routes_) {
    if (route.shared) route.shared->drop_old();
  }
}

std::optional<http::WebResponse> file_answer(const http::WebRequest& request) {
  const auto files = embedded_files();
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const auto& f) { return path_of(f.name) == request.path; });
  if (file == files.end()) return std::nullopt;
  http::WebResponse response;
  response.content_type = content_type_of(file->name);
  response.etag = etag_of(file->text);
  response.varies_by_encoding = true;
  if (names(request.if_none_match, response.etag)) {
    response.status = 304;
    return response;
  }
  response.gzip = request.accepts_gzip;
  // Compressed again for each browser that has not cached it: a millisecond.
  response.body = request.accepts_gzip ? http::pack(file->text) : std::string(file->text);
  return response;
}

}  // namespace agent::web::api
