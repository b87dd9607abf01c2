#include "agent/web/server/json_change.h"

#include <nlohmann/json.hpp>

namespace agent::web::server {

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
