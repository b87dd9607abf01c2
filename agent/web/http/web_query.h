// The query of a target, decoded: "printer=mk3&from=1700000000" of "/api/v1/history?printer=mk3&from=1700000000".
// Strict: a malformed query is refused and not guessed at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent::web::http {

struct WebParameter {
  std::string name, value;
};
using WebQuery = std::vector<WebParameter>;

/// In order. Nothing if an escape is invalid. A parameter without '=' has an empty value.
[[nodiscard]] std::optional<WebQuery> parse_query(std::string_view query);

/// The part between '?' and '#'; empty if there is none.
[[nodiscard]] std::string_view query_of_target(std::string_view target);

}  // namespace agent::web::http
