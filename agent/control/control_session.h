// One client of the control socket: reads a line, answers, and again. Lives on the control thread alone.
//
//   kReading -> kObeying -> kAnswering -> kReading     an order, which the I/O thread obeys
//   kReading -> kAnswering -> kReading                 status, or a line that is no request
//   kReading -> kAnswering -> kClosed                  a line too long, a user who may not
//   any -> kClosed                                     time limit, error, end of file, close()
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>

#include "agent/control/control_protocol.h"
#include "agent/net/web_connections.h"

namespace agent::control {

/// What every session of a server shares; outlives the sessions.
struct ControlSessionContext {
  using Answered = std::function<void(const ControlAnswer&)>;
  /// The answer to a status request as one line. Called on the control thread.
  std::function<std::string(const ControlRequest&)> status;
  /// Has an order obeyed elsewhere; `answered` is called at most once, on the control thread.
  std::function<void(const ControlRequest&, Answered answered)> handle;
  net::WebConnections& connections;
  ControlLimits limits;
  uid_t user = 0;  ///< the agent's own
  gid_t group = 0;
};

class ControlSession final : public net::WebConnection, public std::enable_shared_from_this<ControlSession> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  ControlSession(Socket socket, const ControlSessionContext& context);
  ~ControlSession() override;
  ControlSession(const ControlSession&) = delete;
  ControlSession& operator=(const ControlSession&) = delete;

  /// Takes up its work; from here on the pending operations hold the session.
  void start();

  [[nodiscard]] bool is_waiting_for_request() const override { return phase_ == Phase::kReading; }
  [[nodiscard]] net::WebClock::time_point last_step() const override { return last_step_; }
  [[nodiscard]] net::WebClock::time_point deadline() const override { return deadline_; }
  [[nodiscard]] std::size_t waiting_bytes() const override { return phase_ == Phase::kAnswering ? answer_.size() : 0; }
  void expire() override;
  void close() override;

 private:
  enum class Phase { kReading, kObeying, kAnswering, kClosed };

  void enter(Phase phase, std::chrono::milliseconds limit);
  void await_request();
  void read();
  void take_line();
  void handle(std::string_view line);
  void answer(std::string line, bool is_last = false);

  Socket socket_;
  const ControlSessionContext& context_;
  Phase phase_ = Phase::kReading;
  net::WebClock::time_point last_step_, deadline_;
  std::array<char, 1024> buffer_;
  std::string request_;  ///< at most kMaxControlRequest and one buffer
  std::string answer_;
  std::shared_ptr<ControlSession> held_;  ///< itself, while no operation on the socket holds it (kObeying)
};

}  // namespace agent::control
