#include "agent/web/http/web_listener.h"

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <chrono>
#include <stdexcept>

#include "agent/text/text_scan.h"

namespace agent::web::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// Long enough that a process without free descriptors does not spin, short enough for a scrape.
constexpr std::chrono::milliseconds kAcceptPause{100};

ErrorCode listen_at(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool ipv6_only) {
  ErrorCode fault;
  acceptor.open(endpoint.protocol(), fault);
  if (fault) return fault;
  acceptor.set_option(tcp::acceptor::reuse_address(true), fault);
  if (!fault && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(ipv6_only), fault);
  if (!fault) acceptor.bind(endpoint, fault);
  if (!fault) acceptor.listen(tcp::acceptor::max_listen_connections, fault);
  if (fault) {
    ErrorCode ignored;
    acceptor.close(ignored);
  }
  return fault;
}

/// Every address: the IPv6 socket accepts IPv4, too; on a kernel without IPv6 the IPv4 socket.
ErrorCode listen_everywhere(tcp::acceptor& acceptor, std::uint16_t port) {
  const auto fault = listen_at(acceptor, tcp::endpoint(tcp::v6(), port), false);
  const bool no_ipv6 =
      fault == asio::error::address_family_not_supported || fault == boost::system::errc::address_not_available;
  return no_ipv6 ? listen_at(acceptor, tcp::endpoint(tcp::v4(), port), false) : fault;
}

/// The first IPv4 address if there is one, as in other exporters.
ErrorCode listen_by_name(tcp::acceptor& acceptor, asio::io_context& io, const ListenAddress& address) {
  ErrorCode fault;
  const auto found = tcp::resolver(io).resolve(address.host, std::to_string(address.port), fault);
  if (fault || found.empty()) return fault ? fault : ErrorCode(asio::error::host_not_found);
  auto it =
      std::find_if(found.begin(), found.end(), [](const auto& entry) { return entry.endpoint().address().is_v4(); });
  if (it == found.end()) it = found.begin();
  return listen_at(acceptor, it->endpoint(), false);
}

ErrorCode listen(tcp::acceptor& acceptor, asio::io_context& io, const ListenAddress& address, bool ipv6_only) {
  if (address.host.empty()) return listen_everywhere(acceptor, address.port);
  ErrorCode not_literal;
  if (address.host == "localhost")  // no name server is needed
    return listen_at(acceptor, tcp::endpoint(asio::ip::address_v4::loopback(), address.port), false);
  const auto literal = asio::ip::make_address(address.host, not_literal);
  if (not_literal) return listen_by_name(acceptor, io, address);
  return listen_at(acceptor, tcp::endpoint(literal, address.port), ipv6_only);
}

[[noreturn]] void fail(std::string_view text, const std::string& reason) {
  throw std::runtime_error("cannot listen on " + std::string(text) + ": " + reason);
}

}  // namespace

WebListener::WebListener(asio::io_context& io, const std::string& address, bool ipv6_only, OnConnection on_connection)
    : acceptor_(io), pause_(io), on_connection_(std::move(on_connection)) {
  const auto fault = listen(acceptor_, io, parse_listen_address(address), ipv6_only);
  if (fault) fail(address, fault.message());
}

std::string WebListener::bound_address() const {
  const auto endpoint = acceptor_.local_endpoint();
  const auto host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

void WebListener::close() {
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void WebListener::accept() {
  acceptor_.async_accept([this](ErrorCode fault, Socket socket) {
    if (fault == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (!fault) {
      accept();  // first, so that a failure of this connection does not stop the listener
      return on_connection_(std::move(socket));
    }
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](ErrorCode stopped) {
      if (!stopped && acceptor_.is_open()) accept();
    });
  });
}

ListenAddress parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) fail(text, "expected HOST:PORT, [IPV6]:PORT or :PORT");
  std::string_view host = text.substr(0, colon);
  const auto port = text::parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) fail(text, "the port must be a number from 0 to 65535");
  const bool opens = host.starts_with('['), closes = host.ends_with(']');
  if (opens != closes || host == "[]" || host == "[") fail(text, "the brackets around an IPv6 address do not match");
  if (opens) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    fail(text, "an IPv6 address needs brackets, for example [::1]:11520");
  }
  return {std::string(host), *port};
}

bool share_port(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  const auto has_port_of = [&](const std::string& other) {
    const std::uint16_t port = parse_listen_address(other).port;
    return port != 0 && std::any_of(some.begin(), some.end(), [port](const std::string& address) {
             return parse_listen_address(address).port == port;
           });
  };
  return std::any_of(others.begin(), others.end(), has_port_of);
}

}  // namespace agent::web::http
