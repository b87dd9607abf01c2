// One listening socket: binds in the constructor and passes on every connection. If the process has no free file
// descriptors it accepts again after a pause, without spinning.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agent::web::http {

/// As the exporters of Prometheus write it: "127.0.0.1:9", "[::1]:9", "localhost:9", ":11520".
struct ListenAddress {
  std::string host;        ///< without brackets; empty: every address, IPv4 and IPv6
  std::uint16_t port = 0;  ///< 0: any free one
};

/// Throws std::runtime_error "cannot listen on TEXT: REASON" if `text` is not an address.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

/// Whether an address of one list has the port of one of the other: for the kernel they may be the same. Both are valid.
[[nodiscard]] bool share_port(const std::vector<std::string>& some, const std::vector<std::string>& others);

class WebListener {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using OnConnection = std::function<void(Socket)>;

  /// `address` as in WebOptions. `ipv6_only`: leave IPv4 to another listener on the same port. Throws
  /// std::runtime_error "cannot listen on ADDRESS: REASON".
  WebListener(boost::asio::io_context& io, const std::string& address, bool ipv6_only, OnConnection on_connection);

  /// Starts accepting. The listener outlives the io_context's run.
  void start() { accept(); }
  /// Stops listening. Keep the listener while the io_context may run: a connection may just have been accepted.
  void close();
  /// "127.0.0.1:11520", "[::]:40123": as bound.
  [[nodiscard]] std::string bound_address() const;

 private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  OnConnection on_connection_;
};

}  // namespace agent::web::http
