// The texts of a login: passwords, checked against bcrypt hashes with libcrypt, and the base64 (RFC 4648) of HTTP
// fields. bcrypt is slow by design: about 0.1 s on a PC, several times that on a Pi.
// Example: "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent::web::access {

/// 14: sixteen times the work of the usual 10; five seconds on a Pi.
inline constexpr int kHighestBcryptCost = 14;

/// $2a$, $2b$ or $2y$, a cost from 04 to 31, and 53 characters of salt and hash.
[[nodiscard]] bool is_bcrypt_hash(std::string_view hash);
[[nodiscard]] int bcrypt_cost(std::string_view hash);  ///< `hash` must satisfy is_bcrypt_hash

/// Also false for a password with a NUL, where bcrypt would truncate it.
[[nodiscard]] bool bcrypt_matches(const std::string& password, const std::string& hash);

/// "Zm9v" is "foo". Strict: padding is required; nothing if `text` is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace agent::web::access
