#include "agent/snapshot/published_snapshots.h"

#include <algorithm>

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

std::optional<HistorySample> sample_of(const LinkSnapshot& link) {
  if (!link.serial_open || !link.printer.is_up(link.taken_at)) return std::nullopt;
  HistorySample sample;
  sample.unix_seconds = std::chrono::duration_cast<std::chrono::seconds>(link.taken_at + link.wall_offset).count();
  for (std::size_t i = 0; i < sample.sensors.size(); ++i) {
    const auto& sensor = link.printer.temperatures[static_cast<gcode::reply::Sensor>(i)];
    sample.sensors[i].actual =
        sensor.actual.fresh(link.taken_at, link.printer.temperature_lifetime()).value_or(gcode::reply::kUnknown);
    sample.sensors[i].target =
        link.printer.target(static_cast<gcode::reply::Sensor>(i), link.taken_at).value_or(gcode::reply::kUnknown);
  }
  return sample;
}

}  // namespace agent::snapshot
