// A listen address as the exporters of Prometheus write it: "127.0.0.1:9", "[::1]:9", "localhost:9", ":11520".
// Knows no socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agent::web::http {

struct ListenAddress {
  std::string host;        ///< without brackets; empty: every address, IPv4 and IPv6
  std::uint16_t port = 0;  ///< 0: any free one
};

/// Throws std::runtime_error "cannot listen on TEXT: REASON" if `text` is not an address.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

}  // namespace agent::web::http
