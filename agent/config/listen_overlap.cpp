#include "agent/config/listen_overlap.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "agent/text/text_scan.h"

namespace agent::config {
namespace {

// Where a server binds: "" every address of both families, else one family, or a name that only the system knows.
struct Endpoint {
  std::string host;
  int family = AF_UNSPEC;  // of a literal address
  std::string address;     // its bytes
  bool is_any = false;     // "0.0.0.0" or "::"
  std::uint16_t port = 0;
};

Endpoint endpoint_of(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  Endpoint out;
  out.port = text::parse_number<std::uint16_t>(text.substr(colon + 1)).value_or(0);
  out.host = text.substr(0, colon);
  if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host == "localhost") out.host = "127.0.0.1";
  for (const auto& [family, size] : {std::pair{AF_INET, 4U}, std::pair{AF_INET6, 16U}}) {
    std::array<char, 16> bytes{};
    if (::inet_pton(family, out.host.c_str(), bytes.data()) != 1) continue;
    out.family = family;
    out.address.assign(bytes.data(), size);
    out.is_any = out.address == std::string(size, '\0');
  }
  return out;
}

bool is_same_to_the_kernel(const Endpoint& a, const Endpoint& b) {
  if (a.port != b.port || a.port == 0) return false;
  if (a.host.empty() || b.host.empty()) return true;
  if (a.family == AF_UNSPEC || a.family != b.family) return false;
  return a.is_any || b.is_any || a.address == b.address;
}

}  // namespace

std::optional<std::string> overlap(const std::vector<std::string>& listen_addresses) {
  for (auto second = listen_addresses.begin(); second != listen_addresses.end(); ++second) {
    const auto first = std::find_if(listen_addresses.begin(), second, [&](const std::string& other) {
      return is_same_to_the_kernel(endpoint_of(other), endpoint_of(*second));
    });
    if (first == second) continue;
    return "the addresses \"" + *first + "\" and \"" + *second + "\" overlap: only one of them can be used";
  }
  return std::nullopt;
}

}  // namespace agent::config
