// base64 (RFC 4648), as it stands in HTTP fields. Strict: padding must be there, and nothing else may.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent::web::access {

/// "Zm9v" is "foo"; nothing: `text` is no base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace agent::web::access
