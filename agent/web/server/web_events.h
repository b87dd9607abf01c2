// Server-sent events: once a second, the changes of /api/v1/printers since the second before, to every listening
// browser. Made once for all of them; no cost without listeners. Used on the web thread only; owns no client.
//
//   event: printers   data: the whole of /api/v1/printers, once, at the beginning
//   event: change     data: {"mk3": merge patch of that printer}
//   A printer was added or removed: `printers` again.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace agent::web::server {

/// One listening browser.
class EventClient {
 public:
  virtual ~EventClient() = default;
  /// One or more complete events. Never blocks; a client that falls too far behind closes itself. One that has not joined
  /// ignores them.
  virtual void offer(std::shared_ptr<const std::string> events) = 0;
  /// Where it comes from.
  [[nodiscard]] virtual std::string address() const = 0;
  /// It has not taken the event before the last one: it does not read, or its computer sleeps.
  [[nodiscard]] virtual bool is_behind() const = 0;
  /// Its place is given to another one: it leaves.
  virtual void close() = 0;
};

class WebEvents {
 public:
  using Poll = std::function<nlohmann::json()>;  ///< the current /api/v1/printers

  WebEvents(std::size_t max_clients, std::size_t max_per_address, Poll refresh)
      : max_clients_(max_clients), max_per_address_(max_per_address), poll_(std::move(refresh)) {}

  /// Whether a client from `address` has a place. If there is none, closes the oldest client that is behind; else the
  /// oldest client of the address that holds the most, if that is still left with as many as `address` gets: programs
  /// that never read, or forgotten pages of one computer, do not keep the places from the others. For the share of
  /// `address` itself only a client of it that is behind is closed: its open pages would take turns.
  [[nodiscard]] bool make_room(const std::string& address);
  /// As make_room(), and keeps the place for this client until leave(): its header is written before it joins.
  [[nodiscard]] bool admit(EventClient& client);
  /// From now on the client gets every change. Returns its first event. Call leave() before the client is destroyed.
  [[nodiscard]] std::shared_ptr<const std::string> join(EventClient& client);
  void leave(EventClient& client) { std::erase(clients_, &client); }

  /// Call it once a second.
  void tick();

 private:
  [[nodiscard]] std::string changes();
  void hold(EventClient& client);

  std::size_t max_clients_, max_per_address_;
  Poll poll_;
  std::vector<EventClient*> clients_;  ///< also those that have only a place; they take no event yet
  nlohmann::json reported_;            ///< the state that every client has
  unsigned quiet_ticks_ = 0;
};

/// The difference as a merge patch (RFC 7386): applying it to the first gives the second. Removed members are null; arrays
/// are sent whole. Both are objects without null members. An empty object means no change.
[[nodiscard]] nlohmann::json change_between(const nlohmann::json& before, const nlohmann::json& after);

}  // namespace agent::web::server
