// The little of URLs that is needed, read and written by libcurl: a base with or without a slash at its end, parameters in
// their encoding. What is no URL stays as it is, and libcurl says so when it is asked.
// Example: below("http://pi/prom", "api/v1/query") is "http://pi/prom/api/v1/query".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tools {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The base's own path is kept; its query and fragment are not.
[[nodiscard]] std::string below(std::string_view base, std::string_view path);
/// "query=up&start=1", everything but letters, digits and "-._~" escaped.
[[nodiscard]] std::string encoded(const Parameters& parameters);
[[nodiscard]] bool is_http_url(std::string_view text);
/// With "/metrics" where only a host is named: "http://pi:11520" and "http://pi:11520/".
[[nodiscard]] std::string with_metrics_path(std::string_view url);
/// Without user and password, for a sentence that is shown. A file's name stays as it is.
[[nodiscard]] std::string shown(std::string_view url);

}  // namespace tools
