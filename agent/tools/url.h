// URL functions on top of libcurl: a base with or without a slash at its end, encoded parameters. A text that is not a
// URL is unchanged; libcurl reports it at the request.
// Example: below("http://pi/prom", "api/v1/query") is "http://pi/prom/api/v1/query".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent::tools {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The base's own path is kept; its query and fragment are not.
[[nodiscard]] std::string below(std::string_view base, std::string_view path);
/// "query=up&start=1"; everything except letters, digits and "-._~" is escaped.
[[nodiscard]] std::string encoded(const Parameters& parameters);
[[nodiscard]] bool is_http_url(std::string_view text);
/// Appends "/metrics" if only a host is named: "http://pi:11520" and "http://pi:11520/".
[[nodiscard]] std::string with_metrics_path(std::string_view url);
/// Without user and password, for messages. A file name is unchanged.
[[nodiscard]] std::string shown(std::string_view url);

}  // namespace agent::tools
