// The query of a target, decoded: "printer=mk3&from=1700000000" of "/api/v1/history?printer=mk3&from=1700000000".
// Strict: what is not well-formed is not a query, so that nobody gets an answer to a question that he did not ask.
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

/// In order. Nothing if an escape is broken. A parameter without '=' has an empty value.
[[nodiscard]] std::optional<WebQuery> parse_query(std::string_view query);

/// What stands between '?' and '#'; empty if there is none.
[[nodiscard]] std::string_view query_of_target(std::string_view target);

}  // namespace agent::web::http
