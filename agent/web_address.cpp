#include "agent/web_address.h"

#include <stdexcept>

#include "agent/text_scan.h"

namespace agent {
namespace {

[[noreturn]] void fail(std::string_view text, const char* reason) {
  throw std::runtime_error("cannot listen on " + std::string(text) + ": " + reason);
}

std::uint16_t parse_port(std::string_view text, std::string_view digits) {
  const auto port = parse_number<std::uint16_t>(digits);
  if (!port) fail(text, "the port must be a number from 0 to 65535");
  return *port;
}

}  // namespace

ListenAddress parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) fail(text, "expected HOST:PORT, [IPV6]:PORT or :PORT");
  std::string_view host = text.substr(0, colon);
  const std::uint16_t port = parse_port(text, text.substr(colon + 1));
  const bool opens = host.starts_with('['), closes = host.ends_with(']');
  if (opens != closes || host == "[]" || host == "[") fail(text, "the brackets around an IPv6 address do not match");
  if (opens) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    fail(text, "an IPv6 address needs brackets, for example [::1]:11520");
  }
  return {std::string(host), port};
}

}  // namespace agent
