#include "agent/net/web_connections.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace agent::net {

std::size_t WebConnections::waiting_bytes() const {
  return std::accumulate(connections_.begin(), connections_.end(), std::size_t{0},
                         [](std::size_t sum, const WebConnection* c) { return sum + c->waiting_bytes(); });
}

bool WebConnections::make_room() {
  if (connections_.size() < max_connections_ || connections_.empty()) return false;
  std::map<std::string, std::size_t> of_address;
  std::size_t most = 0;
  for (const WebConnection* c : connections_) most = std::max(most, ++of_address[c->address()]);
  const auto order = [&](const WebConnection* c) {
    return std::make_tuple(of_address[c->address()] < most, !c->is_waiting_for_request(), c->last_step());
  };
  const auto victim = std::min_element(connections_.begin(), connections_.end(),
                                       [&](const auto* a, const auto* b) { return order(a) < order(b); });
  WebConnection* const connection = *victim;
  connections_.erase(victim);
  connection->close();
  return true;
}

bool WebConnections::admit_answer(const WebConnection& asking, std::size_t bytes, WebClock::time_point now) {
  // A client on the same network reads a page in milliseconds; one that needs more than a second is slow.
  constexpr auto kSlowReader = std::chrono::seconds(1);
  for (;;) {
    const std::size_t waiting = waiting_bytes();
    if (waiting == 0 || waiting + bytes <= max_waiting_bytes_) return true;
    std::map<std::string, std::size_t> of_address;
    std::size_t most = 0;
    for (const auto* c : connections_) most = std::max(most, of_address[c->address()] += c->waiting_bytes());
    WebConnection* slowest = nullptr;
    for (auto* c : connections_) {
      if (c->waiting_bytes() == 0 || of_address[c->address()] < most) continue;
      if (!slowest || c->last_step() < slowest->last_step()) slowest = c;
    }
    const bool is_fair = slowest->address() == asking.address() || most <= of_address[asking.address()] + bytes;
    if (is_fair && now - slowest->last_step() < kSlowReader) return false;
    slowest->close();  // its waiting_bytes() is 0 from now on
  }
}

void WebConnections::expire(WebClock::time_point now) {
  const auto all = connections_;  // an expiring connection may remove itself
  for (auto* c : all) {
    if (c->deadline() <= now) c->expire();
  }
}

void WebConnections::close_all() {
  for (auto* c : connections_) c->close();
}

}  // namespace agent::net
