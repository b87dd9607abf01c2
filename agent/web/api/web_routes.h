// Which path is answered how: one table. A new page is one row and one function. Runs on the web thread only.
// Wire example: "GET /healthz HTTP/1.1" is answered "ok".
#pragma once

#include <string>
#include <vector>

#include "agent/web/api/web_assets.h"
#include "agent/web/api/web_context.h"
#include "agent/web/http/web_message.h"

namespace agent {

class WebRoutes {
 public:
  explicit WebRoutes(WebContext context);
  /// Always an answer: 404 for an unknown path, 405 for a method other than GET and HEAD, 503 if a page cannot be made.
  /// The body is there for HEAD as well; the session leaves it out.
  [[nodiscard]] WebResponse answer(const WebRequest& request) const;
  [[nodiscard]] bool is_scrape(const std::string& path) const { return path == context_.telemetry_path; }

 private:
  struct Route {
    std::string path;
    WebResponse (*page)(const WebContext&, const WebRequest&);
    bool is_scrape = false;
  };

  [[nodiscard]] WebResponse answer_of(const Route& route, const WebRequest& request) const;
  [[nodiscard]] WebResponse other_path(const WebRequest& request) const;

  WebContext context_;
  WebAssets assets_;
  std::vector<Route> routes_;
};

}  // namespace agent
