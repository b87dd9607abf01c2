#include "agent/tools/url.h"

#include <memory>

#include <curl/curl.h>

namespace agent::tools {
namespace {

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, Free>;
using Text = std::unique_ptr<char, Free>;

/// Nothing if libcurl would refuse it, too.
Url parsed(std::string_view text) {
  Url url(curl_url());
  const auto code = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_PATH_AS_IS);
  return code == CURLUE_OK ? std::move(url) : nullptr;
}

std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  return Text(text).get();
}

std::string escaped(const std::string& text) {
  return Text(curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()))).get();
}

}  // namespace

std::string below(std::string_view base, std::string_view path) {
  const Url url = parsed(base);
  if (!url) return std::string(base);
  std::string whole = part(url, CURLUPART_PATH);
  while (whole.ends_with('/')) whole.pop_back();
  curl_url_set(url.get(), CURLUPART_PATH, (whole + '/' + std::string(path)).c_str(), 0);
  for (const CURLUPart gone : {CURLUPART_QUERY, CURLUPART_FRAGMENT}) curl_url_set(url.get(), gone, nullptr, 0);
  return part(url, CURLUPART_URL);
}

std::string encoded(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) out += (out.empty() ? "" : "&") + escaped(name) + '=' + escaped(value);
  return out;
}

bool is_http_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

std::string with_metrics_path(std::string_view text) {
  const Url url = parsed(text);
  if (!url || part(url, CURLUPART_PATH) != "/") return std::string(text);
  curl_url_set(url.get(), CURLUPART_PATH, "/metrics", 0);
  return part(url, CURLUPART_URL);
}

std::string shown(std::string_view text) {
  if (!is_http_url(text)) return std::string(text);
  const Url url = parsed(text);
  if (!url) return "an invalid URL";
  for (const CURLUPart gone : {CURLUPART_USER, CURLUPART_PASSWORD}) curl_url_set(url.get(), gone, nullptr, 0);
  return part(url, CURLUPART_URL);
}

}  // namespace agent::tools
