// base64 (RFC 4648) as used in HTTP fields. Strict: padding is required, and no other characters are allowed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent::web::access {

/// "Zm9v" is "foo". Nothing if `text` is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace agent::web::access
