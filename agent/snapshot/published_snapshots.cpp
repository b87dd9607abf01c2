#include "agent/snapshot/published_snapshots.h"

#include <algorithm>

#include "agent/snapshot/history_sample.h"

namespace agent::snapshot {

void PublishedSnapshots::publish(const LinkSnapshot& link) {
  if (const auto sample = sample_of(link)) history_.add_sample(link.name, *sample);
  auto copy = std::make_shared<const LinkSnapshot>(link);
  const std::lock_guard lock(mutex_);
  const auto it = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l->name == link.name; });
  if (it != links_.end()) {
    it->swap(copy);  // a scrape may still use the old one; its last reader frees it
  } else {
    links_.push_back(std::move(copy));
  }
}

void PublishedSnapshots::remove(const std::string& name) {
  history_.remove_printer(name);
  const std::lock_guard lock(mutex_);
  std::erase_if(links_, [&](const auto& l) { return l->name == name; });
}

void PublishedSnapshots::publish(const AgentSnapshot& agent) {
  const std::lock_guard lock(mutex_);
  agent_ = agent;
}

std::vector<std::shared_ptr<const LinkSnapshot>> PublishedSnapshots::links() const {
  const std::lock_guard lock(mutex_);
  return links_;
}

AgentSnapshot PublishedSnapshots::agent() const {
  const std::lock_guard lock(mutex_);
  return agent_;
}

}  // namespace agent::snapshot
