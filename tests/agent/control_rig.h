// For tests of the control socket: a server on a path of its own whose orders the test obeys, and a client that says whatever
// bytes it likes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/control_server.h"
#include "tests/scratch_dir.h"
#include "transport/file_descriptor.h"

namespace control_test {

/// Ten seconds mean failure, never "long enough".
inline constexpr int kDeadlineMs = 10'000;

class Client {
 public:
  explicit Client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect");
  }
  /// Whether all of it was taken; the server may have closed.
  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish() { ::shutdown(socket_.get(), SHUT_WR); }
  /// The next line without its newline; empty at the end, or after the deadline.
  std::string line() {
    while (in_.find('\n') == std::string::npos && fill()) {}
    const std::size_t end = in_.find('\n');
    if (end == std::string::npos) return {};
    std::string out = in_.substr(0, end);
    in_.erase(0, end + 1);
    return out;
  }
  bool is_closed() {
    while (fill()) {}
    return closed_;
  }
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  bool fill() {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, kDeadlineMs) != 1) return false;
    char buffer[4096];
    const ssize_t count = ::read(socket_.get(), buffer, sizeof buffer);
    if (count > 0) in_.append(buffer, static_cast<std::size_t>(count));
    closed_ = closed_ || count <= 0;
    return count > 0;
  }

  transport::FileDescriptor socket_;
  std::string in_;
  bool closed_ = false;
};

/// Answers status with a word of the test's, and keeps orders until the test obeys them.
struct Server {
  test::ScratchDir dir;
  std::string path = dir.path() / "control.sock";
  std::mutex mutex;
  std::vector<agent::ControlRequest> orders;
  std::vector<agent::ControlServer::Answered> owed;
  std::string status = "{\"ok\":true}\n";
  bool obeys_at_once = true;
  std::unique_ptr<agent::ControlServer> server;

  explicit Server(agent::ControlLimits limits = {}) {
    server = std::make_unique<agent::ControlServer>(path, callbacks(), limits);
  }

  agent::ControlServer::Callbacks callbacks() {
    return {[this](const agent::ControlRequest&) { return status; },
            [this](const agent::ControlRequest& order, agent::ControlServer::Answered answered) {
              const std::lock_guard lock(mutex);
              orders.push_back(order);
              if (obeys_at_once) answered({agent::ControlCode::kDone, "done " + order.printer});
              else owed.push_back(std::move(answered));
            }};
  }

  template <class Claim>
  bool wait_until(Claim claim) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
    while (std::chrono::steady_clock::now() < deadline) {
      {
        const std::lock_guard lock(mutex);
        if (claim()) return true;
      }
      ::poll(nullptr, 0, 1);
    }
    return false;
  }
};

}  // namespace control_test
