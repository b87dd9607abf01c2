#include "agent/web/server/web_events.h"

#include <algorithm>
#include <map>

namespace agent::web::server {
namespace {

using nlohmann::json;

/// A proxy closes a connection that is silent for a minute; a browser that is gone is detected at the next write.
constexpr unsigned kQuietTicks = 15;

std::string event_text(const char* name, const json& data) {
  return std::string("event: ") + name + "\ndata: " + data.dump(-1, ' ', false, json::error_handler_t::replace) +
         "\n\n";
}

bool same_printers(const json& before, const json& after) {
  const auto &a = before.at("printers"), &b = after.at("printers");
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].at("name") != b[i].at("name")) return false;
  }
  return true;
}

}  // namespace

bool WebEvents::make_room(const std::string& address) {
  std::map<std::string, std::size_t> held;
  for (const EventClient* client : clients_) ++held[client->address()];
  const bool has_share = held[address] < max_per_address_;
  if (clients_.size() < max_clients_ && has_share) return true;
  const auto behind = std::find_if(clients_.begin(), clients_.end(), [&](const auto* client) {
    return client->is_behind() && (has_share || client->address() == address);
  });
  if (behind != clients_.end()) {
    (*behind)->close();
    return true;
  }
  if (!has_share) return false;
  const auto most =
      std::max_element(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == held.end() || most->second < held[address] + 2) return false;
  const auto oldest = std::find_if(clients_.begin(), clients_.end(),
                                   [&](const auto* client) { return client->address() == most->first; });
  (*oldest)->close();
  return clients_.size() < max_clients_;
}

bool WebEvents::admit(EventClient& client) {
  if (!make_room(client.address())) return false;
  hold(client);
  return true;
}

void WebEvents::hold(EventClient& client) {
  if (std::find(clients_.begin(), clients_.end(), &client) != clients_.end()) return;
  if (clients_.empty()) reported_ = poll_();
  clients_.push_back(&client);
}

std::shared_ptr<const std::string> WebEvents::join(EventClient& client) {
  hold(client);
  return std::make_shared<const std::string>("retry: 2000\n" + event_text("printers", reported_));
}

std::string WebEvents::changes() {
  json now = poll_();
  if (!same_printers(reported_, now)) {
    reported_ = std::move(now);
    return event_text("printers", reported_);
  }
  json all = json::object();
  for (std::size_t i = 0; i < now.at("printers").size(); ++i) {
    const json& printer = now.at("printers")[i];
    json change = change_between(reported_.at("printers")[i], printer);
    if (!change.empty()) all[printer.at("name").get<std::string>()] = std::move(change);
  }
  reported_ = std::move(now);
  return all.empty() ? std::string() : event_text("change", all);
}

void WebEvents::tick() {
  if (clients_.empty()) return;
  std::string text = changes();
  quiet_ticks_ = text.empty() ? quiet_ticks_ + 1 : 0;
  if (quiet_ticks_ >= kQuietTicks) {
    text = ": still there\n\n";
    quiet_ticks_ = 0;
  }
  if (text.empty()) return;
  const auto shared = std::make_shared<const std::string>(std::move(text));
  for (auto* client : std::vector<EventClient*>(clients_)) client->offer(shared);  // a client may remove itself
}

nlohmann::json change_between(const nlohmann::json& before, const nlohmann::json& after) {
  nlohmann::json change = nlohmann::json::object();
  for (const auto& [name, value] : before.items()) {
    if (!after.contains(name)) change[name] = nullptr;
  }
  for (const auto& [name, value] : after.items()) {
    const auto old = before.find(name);
    if (old == before.end()) {
      change[name] = value;
    } else if (*old != value) {
      change[name] = old->is_object() && value.is_object() ? change_between(*old, value) : value;
    }
  }
  return change;
}

}  // namespace agent::web::server
