// Server-sent events: once a second, what has changed of /api/v1/printers since the second before, to every browser that
// listens. Made once for all of them; costs nothing while nobody listens. Lives on the web thread; owns no client.
//
//   event: printers   data: the whole of /api/v1/printers, once, at the beginning
//   event: change     data: {"mk3": merge patch of that printer}
//   A printer came or went: `printers` again.
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
  /// One or more whole events. Never blocks; a client that falls too far behind closes itself.
  virtual void offer(std::shared_ptr<const std::string> events) = 0;
};

class WebEvents {
 public:
  using Poll = std::function<nlohmann::json()>;  ///< /api/v1/printers as it is now

  WebEvents(std::size_t max_clients, Poll refresh) : max_clients_(max_clients), poll_(std::move(refresh)) {}

  [[nodiscard]] bool has_room() const { return clients_.size() < max_clients_; }
  /// From here on the client is told of every change. Returns its first event. Call leave() before it goes.
  [[nodiscard]] std::shared_ptr<const std::string> join(EventClient& client);
  void leave(EventClient& client) { std::erase(clients_, &client); }

  /// Call it once a second.
  void tick();

 private:
  [[nodiscard]] std::string changes();

  std::size_t max_clients_;
  Poll poll_;
  std::vector<EventClient*> clients_;
  nlohmann::json reported_;  ///< what every client knows
  unsigned quiet_ticks_ = 0;
};

}  // namespace agent::web::server
