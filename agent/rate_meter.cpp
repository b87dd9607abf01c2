#include "agent/rate_meter.h"

#include <numeric>

namespace agent {

void RateMeter::observe(const LinkSnapshot& link) {
  Sample sample;
  sample.at = link.taken_at;
  sample.host_commands = link.counters.commands[gcode::Origin::kHost];
  const auto& queries = link.counters.prompt_latency;
  sample.oks = std::accumulate(queries.buckets.begin(), queries.buckets.end(), sample.oks);
  sample.latency_seconds = queries.sum_seconds;
  if (!samples_.empty() && sample.at <= samples_.back().at) return;
  samples_.push_back(sample);
  while (samples_.back().at - samples_.front().at > kWindow) samples_.pop_front();
}

double RateMeter::lines_per_second() const {
  if (samples_.size() < 2) return 0;
  const auto& first = samples_.front();
  const auto& last = samples_.back();
  return static_cast<double>(last.host_commands - first.host_commands) /
         std::chrono::duration<double>(last.at - first.at).count();
}

std::optional<double> RateMeter::ok_latency_seconds() const {
  if (samples_.size() < 2 || samples_.back().oks == samples_.front().oks) return std::nullopt;
  return (samples_.back().latency_seconds - samples_.front().latency_seconds) /
         static_cast<double>(samples_.back().oks - samples_.front().oks);
}

}  // namespace agent
