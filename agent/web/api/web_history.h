// The answer of /api/v1/history: the temperatures of one printer in equal steps.
// Wire example: "?printer=mk3&from=1700000000&to=1700003600&step=60"
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "agent/web/api/web_context.h"

namespace agent::web::api {

/// `query`: not decoded.
[[nodiscard]] std::variant<nlohmann::json, WebFault> temperature_history(const WebContext& context,
                                                                         const std::string& query);

}  // namespace agent::web::api
