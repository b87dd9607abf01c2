#include "agent/web/http/web_message.h"

#include <algorithm>
#include <array>

#include "agent/text/text_scan.h"

namespace agent::web::http {
namespace {

constexpr std::array<std::pair<unsigned, std::string_view>, 14> kStatusTexts{
    {{200, "200 OK"},
     {304, "304 Not Modified"},
     {400, "400 Bad Request"},
     {401, "401 Unauthorized"},
     {404, "404 Not Found"},
     {405, "405 Method Not Allowed"},
     {408, "408 Request Timeout"},
     {413, "413 Content Too Large"},
     {414, "414 URI Too Long"},
     {429, "429 Too Many Requests"},
     {431, "431 Request Header Fields Too Large"},
     {500, "500 Internal Server Error"},
     {501, "501 Not Implemented"},
     {503, "503 Service Unavailable"}}};

/// Forbids other sources and frames, since the page shows text that comes from a printer.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSafetyFields{
    {{"X-Content-Type-Options", "nosniff"},
     {"Referrer-Policy", "no-referrer"},
     {"Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}}};

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head += "\r\n";
  head += name;
  head += ": ";
  head += value;
}

void append_safety(std::string& head, const WebFields& injected) {
  for (const auto& [name, value] : kSafetyFields) {
    const bool replaced =
        std::any_of(injected.begin(), injected.end(), [name = name](const auto& field) { return field.first == name; });
    if (!replaced) append_field(head, name, value);
  }
  for (const auto& [name, value] : injected) append_field(head, name, value);
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const int high = i + 1 < text.size() ? text::hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? text::hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return out;
}

}  // namespace

std::string_view status_text(unsigned status) {
  const auto it =
      std::find_if(kStatusTexts.begin(), kStatusTexts.end(), [&](const auto& s) { return s.first == status; });
  return it != kStatusTexts.end() ? it->second : status_text(500);
}

WebResponse plain_answer(unsigned status, std::string_view explanation) {
  WebResponse response;
  response.status = status;
  response.body = std::string(status_text(status)) + ": " + std::string(explanation) + "\n";
  return response;
}

std::string response_head(const WebResponse& response, bool keep_alive, const WebFields& injected) {
  std::string head;
  head.reserve(512);  // the longest one is 480 bytes
  head += "HTTP/1.1 ";
  head += status_text(response.status);
  head += "\r\nContent-Type: ";
  head += response.content_type;
  if (!response.is_stream && response.status != 304)
    head += "\r\nContent-Length: " + std::to_string(response.content().size());
  if (response.gzip) head += "\r\nContent-Encoding: gzip";
  if (response.is_scrape || response.varies_by_encoding) head += "\r\nVary: Accept-Encoding";
  if (!response.etag.empty()) head += "\r\nETag: " + response.etag;
  if (response.status == 401) head += "\r\nWWW-Authenticate: Basic realm=\"marlin-agent\", charset=\"UTF-8\"";
  if (response.status == 429) head += "\r\nRetry-After: 10";
  if (response.status == 405) head += "\r\nAllow: GET, HEAD";
  // The browser asks each time and mostly gets 304, so that it never shows a page of an older version.
  head += response.etag.empty() ? "\r\nCache-Control: no-store" : "\r\nCache-Control: no-cache";
  append_safety(head, injected);
  head += keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close";
  head += "\r\n\r\n";
  return head;
}

std::string_view path_of_target(std::string_view target) {
  const auto scheme_end = target.find("://");
  const auto path_begin = target.find('/');
  if (scheme_end != std::string_view::npos && path_begin == scheme_end + 1) {
    const auto after_host = target.find_first_of("/?", scheme_end + 3);
    if (after_host == std::string_view::npos || target[after_host] == '?') return "/";
    target.remove_prefix(after_host);
  }
  return target.substr(0, target.find_first_of("?#"));
}

std::optional<WebQuery> parse_query(std::string_view query) {
  WebQuery out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals));
    auto value = decode(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value) return std::nullopt;
    out.push_back({std::move(*name), std::move(*value)});
  }
  return out;
}

std::string_view query_of_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

}  // namespace agent::web::http
