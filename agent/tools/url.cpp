#include "agent/tools/url.h"

#include <algorithm>

namespace tools {
namespace {

std::string escaped(std::string_view text) {
  constexpr std::string_view kPlain = "-._~";
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::size_t end_of_scheme(std::string_view url) {
  const auto at = url.find("://");
  return at == std::string_view::npos ? 0 : at + 3;
}

}  // namespace

std::string below(std::string_view base, std::string_view path) {
  base = base.substr(0, base.find_first_of("?#"));
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + '/' + std::string(path);
}

std::string encoded(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) out += (out.empty() ? "" : "&") + escaped(name) + '=' + escaped(value);
  return out;
}

bool is_http_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

std::string with_metrics_path(std::string_view url) {
  const auto slash = url.find('/', end_of_scheme(url));
  if (slash == std::string_view::npos) return std::string(url) + "/metrics";
  return slash + 1 == url.size() ? std::string(url) + "metrics" : std::string(url);
}

std::string shown(std::string_view url) {
  const auto begin = end_of_scheme(url);
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(url);
  return std::string(url.substr(0, begin)) + std::string(url.substr(at + 1));
}

}  // namespace tools
