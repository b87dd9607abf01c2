// The table of paths. A new page is one row and one function. Runs on the web thread only.
// Wire example: "GET /healthz HTTP/1.1" is answered "ok".
#pragma once

#include <string>
#include <vector>

#include "agent/web/api/web_api.h"
#include "agent/web/api/web_assets.h"
#include "agent/web/http/web_message.h"

namespace agent::web::api {

class WebRoutes {
 public:
  explicit WebRoutes(WebContext context);
  /// Always returns an answer: 404 for an unknown path, 405 for a method other than GET and HEAD, 503 if a page cannot
  /// be rendered. The answer to HEAD has a body, too; the session omits it.
  [[nodiscard]] http::WebResponse answer(const http::WebRequest& request) const;
  [[nodiscard]] bool is_scrape(const std::string& path) const { return path == context_.telemetry_path; }

 private:
  struct Route {
    std::string path;
    http::WebResponse (*page)(const WebContext&, const http::WebRequest&);
    bool is_scrape = false;
  };

  [[nodiscard]] http::WebResponse answer_of(const Route& route, const http::WebRequest& request) const;
  [[nodiscard]] http::WebResponse other_path(const http::WebRequest& request) const;

  WebContext context_;
  WebAssets assets_;
  std::vector<Route> routes_;
};

}  // namespace agent::web::api
