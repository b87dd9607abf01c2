// All open connections of one server and their common bounds: number of connections, unread bytes, time limits. Used on
// the web thread only; does not own the sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace agent::net {

using WebClock = std::chrono::steady_clock;

/// What the bounds need from a connection.
class WebConnection {
 public:
  virtual ~WebConnection() = default;
  /// No answer is in progress: no request, or an incomplete one.
  [[nodiscard]] virtual bool is_waiting_for_request() const = 0;
  /// Time of its last step: accepted, request complete, answer started.
  [[nodiscard]] virtual WebClock::time_point last_step() const = 0;
  [[nodiscard]] virtual WebClock::time_point deadline() const = 0;
  /// Where its client is; empty where that is always the same, as on a local socket.
  [[nodiscard]] virtual std::string address() const { return {}; }
  /// The deadline has passed: close, with an answer if one is due.
  virtual void expire() = 0;
  /// Closes immediately, without an answer. The session is destroyed when its last operation has ended.
  virtual void close() = 0;
  /// Bytes of its answer that the client has not read.
  [[nodiscard]] virtual std::size_t waiting_bytes() const = 0;
};

class WebConnections {
 public:
  WebConnections(std::size_t max_connections, std::size_t max_waiting_bytes)
      : max_connections_(max_connections), max_waiting_bytes_(max_waiting_bytes) {}

  void add(WebConnection& connection) { connections_.push_back(&connection); }
  void remove(WebConnection& connection) { std::erase(connections_, &connection); }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  /// Called before a new connection is accepted. If there are too many, closes one of the address that has the most:
  /// the one that has been idle longest, or if all are being answered, the one with the oldest answer. So no number of
  /// connections from one address takes those of another. Returns whether one was closed.
  bool make_room();
  /// Whether an answer of `bytes` for `asking` may be buffered until its client has read it. To make room, closes the
  /// slowest client of the address that has the most waiting bytes: if that is another address with more than `asking`'s
  /// would have, immediately, else if it has had its answer for more than a second. So no address takes the whole.
  [[nodiscard]] bool admit_answer(const WebConnection& asking, std::size_t bytes, WebClock::time_point now);
  void expire(WebClock::time_point now);
  void close_all();

 private:
  [[nodiscard]] std::size_t waiting_bytes() const;

  std::size_t max_connections_, max_waiting_bytes_;
  std::vector<WebConnection*> connections_;
};

}  // namespace agent::net
