// HTTP and HTTPS requests with libcurl: login, certificates, compression, a time limit, and up to three tries if the
// error may be temporary; and functions for URLs. A text that is not a URL is unchanged: libcurl reports it at the request.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/tools/command_line.h"

namespace agent::tools {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// below("http://pi/prom", "api/v1/query") is "http://pi/prom/api/v1/query". The base's own path is kept; its query and fragment are not.
[[nodiscard]] std::string below(std::string_view base, std::string_view path);
/// "query=up&start=1"; everything except letters, digits and "-._~" is escaped.
[[nodiscard]] std::string encoded(const Parameters& parameters);
[[nodiscard]] bool is_http_url(std::string_view text);
/// Appends "/metrics" if only a host is named: "http://pi:11520" and "http://pi:11520/".
[[nodiscard]] std::string with_metrics_path(std::string_view url);
/// Without user and password, for messages. A file name is unchanged.
[[nodiscard]] std::string shown(std::string_view url);

struct HttpAnswer {
  long status = 0;
  std::string content_type, body;
};

class HttpClient {
 public:
  explicit HttpClient(HttpAccess access);

  /// Any status is an answer. Throws NoAnswer with a sentence if there is none. `accept`: value of the header.
  [[nodiscard]] HttpAnswer get(const std::string& url, const std::string& accept = "*/*");
  /// Appends the parameters to the URL, or sends them in a POST if they are long.
  [[nodiscard]] HttpAnswer ask(const std::string& url, const Parameters& parameters);

 private:
  [[nodiscard]] HttpAnswer fetch(const std::string& url, const std::string* form, const std::string& accept);

  HttpAccess access_;
  std::unique_ptr<void, void (*)(void*)> curl_;  ///< a CURL
};

/// "HTTP 404 Not Found: the metrics are at /metrics": status and the first line of a body that is plain text.
[[nodiscard]] std::string refusal_text(const HttpAnswer& answer);

}  // namespace agent::tools
