// HTTP and HTTPS requests with libcurl: login, certificates, compression, a time limit, and up to three tries if the
// error may be temporary. Independent of the content.
#pragma once

#include <memory>
#include <string>

#include "agent/tools/http_options.h"
#include "agent/tools/url.h"

namespace agent::tools {

struct HttpAnswer {
  long status = 0;
  std::string content_type, body;
};

class HttpClient {
 public:
  explicit HttpClient(HttpAccess access);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is an answer. Throws Failure (kServer) with a sentence if there is none. `accept`: value of the header.
  [[nodiscard]] HttpAnswer get(const std::string& url, const std::string& accept = "*/*");
  /// Appends the parameters to the URL, or sends them in a POST if they are long.
  [[nodiscard]] HttpAnswer ask(const std::string& url, const Parameters& parameters);

 private:
  struct Handle;
  [[nodiscard]] HttpAnswer fetch(const std::string& url, const std::string* form, const std::string& accept);

  HttpAccess access_;
  std::unique_ptr<Handle> handle_;
};

/// "HTTP 404 Not Found: the metrics are at /metrics": status and the first line of a body that is plain text.
[[nodiscard]] std::string refusal_text(const HttpAnswer& answer);

}  // namespace agent::tools
