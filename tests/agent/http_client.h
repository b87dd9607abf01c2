// A raw TCP client for tests of the web server: any bytes, in any pieces. Every wait has a deadline that means failure.
// Wire example: client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); client.response().body == "ok\n"
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace test {

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> fields;  ///< names in lower case
  std::string head, body;
};

class RawClient {
 public:
  static constexpr std::chrono::seconds kPatience{20};

  /// `address` as WebServer::addresses() gives it; "[::]" and "0.0.0.0" are reached over loopback.
  /// `receive_buffer`: bytes, 0 for the kernel's choice.
  explicit RawClient(const std::string& address, int receive_buffer = 0) {
    const auto colon = address.rfind(':');
    const std::string host = address.substr(0, colon);
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    const bool is_v6 = host.front() == '[';
    fd_ = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) throw std::runtime_error("socket");
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int result = is_v6 ? connect_v6(port) : connect_v4(host == "0.0.0.0" ? "127.0.0.1" : host, port);
    if (result != 0) {
      ::close(fd_);
      throw std::runtime_error("connect to " + address);
    }
  }
  ~RawClient() {
    if (fd_ >= 0) ::close(fd_);
  }
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_)) {}
  RawClient& operator=(RawClient&&) = delete;

  /// Sends all of it; returns false if the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  /// The next answer. `has_body`: false for the answer to a HEAD.
  HttpResponse response(bool has_body = true) {
    HttpResponse r;
    const auto head_end = wait_for("\r\n\r\n");
    r.head = received_.substr(0, head_end + 4);
    received_.erase(0, head_end + 4);
    parse_head(r);
    if (!has_body) return r;
    const auto size = std::stoul(r.fields.at("content-length"));
    while (received_.size() < size) {
      if (!receive()) throw std::runtime_error("closed within a body");
    }
    r.body = received_.substr(0, size);
    received_.erase(0, size);
    return r;
  }

  /// Everything up to `text` and with it.
  std::string read_until(std::string_view text) {
    const auto end = wait_for(text) + text.size();
    std::string out = received_.substr(0, end);
    received_.erase(0, end);
    return out;
  }

  /// Waits, without reading, until the server has reset the connection.
  bool is_reset() {
    pollfd p{fd_, 0, 0};
    return ::poll(&p, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) > 0 &&
           (p.revents & POLLERR) != 0;
  }

  /// Everything until the server closes.
  std::string read_to_end() {
    while (receive()) {}
    return std::exchange(received_, {});
  }
  /// Nothing more comes and the server has closed without a reset.
  bool ends_clean() {
    char byte = 0;
    pollfd p{fd_, POLLIN, 0};
    const auto patience = std::chrono::milliseconds(kPatience).count();
    return ::poll(&p, 1, static_cast<int>(patience)) > 0 && ::recv(fd_, &byte, 1, 0) == 0;
  }
  /// Nothing more comes and the server has closed.
  bool is_closed() { return read_to_end().empty(); }

 private:
  int connect_v4(const std::string& host, std::uint16_t port) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &to.sin_addr);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  int connect_v6(std::uint16_t port) const {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr = in6addr_loopback;
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  /// False: the server has closed (or reset).
  bool receive() {
    pollfd p{fd_, POLLIN, 0};
    const auto patience = std::chrono::milliseconds(kPatience).count();
    if (::poll(&p, 1, static_cast<int>(patience)) <= 0) throw std::runtime_error("no byte within the deadline");
    char piece[65536];
    const auto n = ::recv(fd_, piece, sizeof piece, 0);
    if (n <= 0) return false;
    received_.append(piece, static_cast<std::size_t>(n));
    return true;
  }
  std::size_t wait_for(std::string_view text) {
    for (;;) {
      if (const auto at = received_.find(text); at != std::string::npos) return at;
      if (!receive()) throw std::runtime_error("closed before an answer; got: " + received_);
    }
  }
  static void parse_head(HttpResponse& r) {
    if (!r.head.starts_with("HTTP/1.1 ")) throw std::runtime_error("no status line: " + r.head);
    r.status = std::stoi(r.head.substr(9, 3));
    for (auto begin = r.head.find("\r\n") + 2; begin + 2 < r.head.size();) {
      const auto end = r.head.find("\r\n", begin);
      const auto colon = r.head.find(": ", begin);
      std::string name = r.head.substr(begin, colon - begin);
      for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      r.fields[name] = r.head.substr(colon + 2, end - colon - 2);
      begin = end + 2;
    }
  }

  int fd_ = -1;
  std::string received_;
};

}  // namespace test
