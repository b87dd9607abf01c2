// Whether the kernel lets one program listen on several addresses together. Pure: no name is resolved.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace agent::config {

/// Why not all of these addresses can be bound at once, for example ":9" and "127.0.0.1:9"; nothing: they can. All are
/// listen addresses. Of a name only "localhost" is known.
[[nodiscard]] std::optional<std::string> overlap(const std::vector<std::string>& listen_addresses);

}  // namespace agent::config
