// One client of the control socket: reads a line, answers it, reads the next. Used on the control thread only.
//
//   kReading -> kHandling -> kAnswering -> kReading     a command, which the I/O thread handles
//   kReading -> kAnswering -> kReading                 status, or a line that is not a request
//   kReading -> kAnswering -> kClosed                  a line too long, a user who is not allowed
//   kReading -> kHandling -> kAnswering -> kStreaming  watch: until the client sends anything, or its feed ends
//   any -> kClosed                                     time limit, error, end of file, close()
#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "agent/control/control_protocol.h"
#include "agent/net/web_connections.h"

namespace agent::control {

// Who may control the agent: root, the agent's own user, and members of the agent's group. The kernel reports the peer
// as of the moment of connecting. No name service is used, since it may block.

/// A connected process: SO_PEERCRED and SO_PEERGROUPS.
struct PeerIdentity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< supplementary
};

/// Nothing if the kernel does not report it.
[[nodiscard]] std::optional<PeerIdentity> peer_of(int socket);

/// `user` and `group`: the agent's own, effective.
[[nodiscard]] bool may_control(const PeerIdentity& peer, uid_t user, gid_t group);

/// "user 1000 may not control this agent: only root, user 990 and members of group 985 may".
[[nodiscard]] std::string control_refusal(const PeerIdentity& peer, uid_t user, gid_t group);

/// Shared by all sessions of a server; outlives them.
struct ControlSessionContext {
  using Answered = std::function<void(const ControlAnswer&)>;
  using Status = std::function<std::string(const ControlRequest&)>;
  using Handle = std::function<void(const ControlRequest&, Answered answered)>;
  Status status;  ///< the answer to a status request as one line; called on the control thread
  Handle handle;  ///< passes a command to the I/O thread; calls `answered` at most once, on the control thread
  net::WebConnections& connections;
  ControlLimits limits;
  uid_t user = 0;  ///< of the agent
  gid_t group = 0;
};

class ControlSession final : public net::WebConnection, public std::enable_shared_from_this<ControlSession> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  ControlSession(Socket socket, const ControlSessionContext& context);
  ~ControlSession() override;

  /// Starts the work; from then on the pending operations own the session.
  void start();

  [[nodiscard]] bool is_waiting_for_request() const override { return phase_ == Phase::kReading; }
  [[nodiscard]] net::WebClock::time_point last_step() const override { return last_step_; }
  [[nodiscard]] net::WebClock::time_point deadline() const override { return deadline_; }
  [[nodiscard]] std::size_t waiting_bytes() const override {
    return phase_ == Phase::kAnswering || phase_ == Phase::kStreaming ? answer_.size() : 0;
  }
  void expire() override;
  void close() override;

 private:
  enum class Phase { kReading, kHandling, kAnswering, kStreaming, kClosed };

  void enter(Phase phase, std::chrono::milliseconds limit);
  void await_request();
  void read();
  void take_line();
  void handle(std::string_view line);
  void answer(std::string line, bool is_last = false);
  void begin_stream();
  void stream();
  void refuse(ControlCode code, std::string sentence);  ///< the last answer

  Socket socket_;
  const ControlSessionContext& context_;
  Phase phase_ = Phase::kReading;
  net::WebClock::time_point last_step_, deadline_;
  std::array<char, 1024> buffer_;
  std::string request_;  ///< at most kMaxControlRequest plus one buffer
  std::string answer_;
  std::function<bool(std::string&)> feed_;  ///< kStreaming, and the answer before it
  boost::asio::steady_timer next_look_;     ///< kStreaming: nothing was there to send
  std::shared_ptr<ControlSession> held_;    ///< itself, while no operation on the socket owns it (kHandling)
};

}  // namespace agent::control
