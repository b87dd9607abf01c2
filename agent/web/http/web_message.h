// A request and an answer as the routes use them. Knows no socket and no parser.
// Wire example of an answer: "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n..."
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent::web::http {

enum class WebMethod { kGet, kHead, kOther };

struct WebRequest {
  WebMethod method = WebMethod::kGet;
  std::string path{};  ///< without query and without the authority of an absolute form, not decoded
  bool accepts_gzip = false;
  std::string query{};          ///< the part after '?', not decoded
  std::string if_none_match{};  ///< the field's value; empty: none
  bool accepts_openmetrics = false;
};

struct WebResponse {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body{};
  std::shared_ptr<const std::string> shared_body{};  ///< instead of `body`: one for several answers
  bool gzip = false;                                 ///< the body is compressed
  bool is_scrape = false;                            ///< answer of the metrics endpoint, with any status
  std::string etag;  ///< with its quotes; not empty: the client may cache and revalidate
  bool varies_by_encoding = false;
  bool is_stream = false;  ///< events follow the header until the connection ends; no length, no body

  [[nodiscard]] const std::string& content() const { return shared_body ? *shared_body : body; }
};

/// "200 OK" for the status line; "500 Internal Server Error" for a status that this server does not use.
[[nodiscard]] std::string_view status_text(unsigned status);

/// A short plain answer: "404 Not Found: the metrics are at /metrics".
[[nodiscard]] WebResponse plain_answer(unsigned status, std::string_view explanation);

using WebFields = std::vector<std::pair<std::string, std::string>>;

/// Status line and fields with the empty line that ends them. `own`: the owner's fields, which replace ours of that
/// name.
[[nodiscard]] std::string response_head(const WebResponse& response, bool keep_alive, const WebFields& injected = {});

/// "/metrics" for "/metrics?x=1" and for "http://pi:11520/metrics"; "*" and other forms are unchanged.
[[nodiscard]] std::string_view path_of_target(std::string_view target);

/// One of "printer=mk3&from=1700000000", decoded.
struct WebParameter {
  std::string name, value;
};
using WebQuery = std::vector<WebParameter>;

/// In order. Strict: nothing if an escape is invalid. A parameter without '=' has an empty value.
[[nodiscard]] std::optional<WebQuery> parse_query(std::string_view query);

/// The part between '?' and '#'; empty if there is none.
[[nodiscard]] std::string_view query_of_target(std::string_view target);

}  // namespace agent::web::http
