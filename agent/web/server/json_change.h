// The difference between two JSON values as a merge patch (RFC 7386): applying it to the first gives the second.
// Removed members are null; arrays are sent whole.
// Example: {"a":1,"b":{"c":2}} to {"b":{"c":3}} is {"a":null,"b":{"c":3}}
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace agent::web::server {

/// Both are objects without null members. An empty object means no change.
[[nodiscard]] nlohmann::json change_between(const nlohmann::json& before, const nlohmann::json& after);

}  // namespace agent::web::server
