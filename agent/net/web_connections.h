// All open connections of one server and the bounds that hold over them together: how many there are, how much is waiting
// to be taken, how long each may take. Lives on the web thread; does not own the sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace agent::net {

using WebClock = std::chrono::steady_clock;

/// What the bounds need to know of a connection.
class WebConnection {
 public:
  virtual ~WebConnection() = default;
  /// No answer is under way: nothing was asked, or not yet a whole question.
  [[nodiscard]] virtual bool is_waiting_for_request() const = 0;
  /// Instant of its last step: accepted, request complete, answer begun.
  [[nodiscard]] virtual WebClock::time_point last_step() const = 0;
  [[nodiscard]] virtual WebClock::time_point deadline() const = 0;
  /// The deadline has passed: give up, with a word if one is due.
  virtual void expire() = 0;
  /// At once, without a word. The session goes when its last operation has ended.
  virtual void close() = 0;
  /// Bytes of its answer that the client has not taken.
  [[nodiscard]] virtual std::size_t waiting_bytes() const = 0;
};

class WebConnections {
 public:
  WebConnections(std::size_t max_connections, std::size_t max_waiting_bytes)
      : max_connections_(max_connections), max_waiting_bytes_(max_waiting_bytes) {}

  void add(WebConnection& connection) { connections_.push_back(&connection); }
  void remove(WebConnection& connection) { std::erase(connections_, &connection); }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  /// Before a new one is let in: closes the one that has waited longest without asking anything, or if every one is being
  /// answered, the one whose answer is oldest. Returns whether one had to go.
  bool make_room();
  /// Whether an answer of `bytes` may be kept until its client has taken it. Closes the client that has been slow longest
  /// if it has had its answer for more than a second.
  [[nodiscard]] bool admit_answer(std::size_t bytes, WebClock::time_point now);
  void expire(WebClock::time_point now);
  void close_all();

 private:
  [[nodiscard]] std::size_t waiting_bytes() const;

  std::size_t max_connections_, max_waiting_bytes_;
  std::vector<WebConnection*> connections_;
};

}  // namespace agent::net
