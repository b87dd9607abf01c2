// The JSON pages, for programs and for the page's script. Read-only. Described in packaging/doc/api.md.
// Wire example: "GET /api/v1/history?printer=mk3&step=60"
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "agent/web/api/web_context.h"
#include "agent/web/http/web_message.h"

namespace agent::web::api {

[[nodiscard]] http::WebResponse printers_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse history_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse jobs_page(const WebContext& context, const http::WebRequest& request);
[[nodiscard]] http::WebResponse catalogue_page(const WebContext& context, const http::WebRequest& request);

/// {"agent": {...}, "printers": [...]}
[[nodiscard]] nlohmann::json printers_json(const WebContext& context);

}  // namespace agent::web::api
