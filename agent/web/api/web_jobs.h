// The answer of /api/v1/jobs: the last prints, newest first.
// Wire example: "?printer=mk3&limit=10"
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "agent/web/api/web_context.h"

namespace agent::web::api {

/// `query`: not decoded.
[[nodiscard]] std::variant<nlohmann::json, WebFault> last_jobs(const WebContext& context, const std::string& query);

}  // namespace agent::web::api
