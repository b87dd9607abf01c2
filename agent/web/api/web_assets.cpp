#include "agent/web/api/web_assets.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "agent/web/http/web_encoding.h"

namespace agent::web::api {
namespace {

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/plain; charset=utf-8";
}

/// The paths of HTML pages have no suffix: "/" and "/catalogue".
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

WebAssets::WebAssets() {
  for (const auto& file : embedded_files()) {
    assets_.push_back({path_of(file.name), content_type_of(file.name), file.text, etag_of(file.text)});
  }
}

std::optional<http::WebResponse> WebAssets::answer(const http::WebRequest& request) const {
  const auto it = std::find_if(assets_.begin(), assets_.end(), [&](const Asset& a) { return a.path == request.path; });
  if (it == assets_.end()) return std::nullopt;
  http::WebResponse response;
  response.content_type = it->content_type;
  response.etag = it->etag;
  response.varies_by_encoding = true;
  if (names(request.if_none_match, it->etag)) {
    response.status = 304;
    return response;
  }
  response.gzip = request.accepts_gzip;
  response.body = request.accepts_gzip ? http::pack(it->text) : std::string(it->text);
  return response;
}

}  // namespace agent::web::api
