#include "agent/snapshot/link_quality.h"

#include <algorithm>
#include <numeric>

namespace agent::snapshot {
namespace {

using gcode::line::in_seconds;

template <std::size_t N>
void add(const gcode::printer::Histogram<N>& more, gcode::printer::Histogram<N>& to) {
  for (std::size_t i = 0; i <= N; ++i) to.buckets[i] += more.buckets[i];
  to.sum_seconds += more.sum_seconds;
}

template <std::size_t N>
gcode::printer::Histogram<N> difference(const gcode::printer::Histogram<N>& newer,
                                        const gcode::printer::Histogram<N>& older) {
  gcode::printer::Histogram<N> out;
  for (std::size_t i = 0; i <= N; ++i) out.buckets[i] = newer.buckets[i] - older.buckets[i];
  out.sum_seconds = newer.sum_seconds - older.sum_seconds;
  return out;
}

template <class Counts>
std::uint64_t sum_of(const Counts& counts) {
  return std::accumulate(std::begin(counts), std::end(counts), std::uint64_t{0});
}

template <std::size_t N>
std::optional<double> mean(const gcode::printer::Histogram<N>& histogram) {
  const auto count = sum_of(histogram.buckets);
  if (count == 0) return std::nullopt;
  return std::max(0.0, histogram.sum_seconds / static_cast<double>(count));
}

}  // namespace

LinkQualityMeter::Totals LinkQualityMeter::totals_of(const LinkSnapshot& link, gcode::line::Time now) {
  const gcode::printer::LinkCounters& c = link.counters;
  Totals totals{.at = now,
                .commands = sum_of(c.commands),
                .resends = sum_of(c.resends),
                .starved = std::accumulate(c.starved.begin(), c.starved.end(), gcode::line::Time{}),
                // A move waits for the planner, M109 or G28 takes minutes, and commands behind them wait too.
                .ok_latency = c.prompt_latency,
                .passthrough = {}};
  for (const auto& histogram : c.passthrough) add(histogram, totals.passthrough);
  return totals;
}

void LinkQualityMeter::observe(const LinkSnapshot& link, gcode::line::Time now) {
  const Totals totals = totals_of(link, now);
  // The counters decreased: the link was restarted. Earlier totals do not apply.
  if (!totals_.empty() && (totals.commands < totals_.back().commands || totals.resends < totals_.back().resends ||
                           sum_of(totals.passthrough.buckets) < sum_of(totals_.back().passthrough.buckets))) {
    totals_.clear();
  }
  totals_.push_back(totals);
  while (totals_.size() > 2 && now - totals_[1].at >= kWindow) totals_.pop_front();
}

std::optional<LinkQuality> LinkQualityMeter::last_minute() const {
  if (totals_.size() < 2) return std::nullopt;
  const Totals &older = totals_.front(), &newer = totals_.back();
  const double length = in_seconds(newer.at - older.at);
  if (length <= 0) return std::nullopt;
  const auto latency = difference(newer.ok_latency, older.ok_latency);
  const auto delay = difference(newer.passthrough, older.passthrough);
  return LinkQuality{.seconds = length,
                     .commands_per_second = static_cast<double>(newer.commands - older.commands) / length,
                     .ok_latency_mean = mean(latency),
                     .ok_latency_p95 = quantile(0.95, latency.buckets, gcode::printer::kOkLatencyBounds),
                     .agent_delay_mean = mean(delay),
                     .agent_delay_p95 = quantile(0.95, delay.buckets, gcode::printer::kPassthroughBounds),
                     .resends = newer.resends - older.resends,
                     .starved_seconds = in_seconds(newer.starved - older.starved)};
}

void PublishedLinkQuality::observe(const std::vector<std::shared_ptr<const LinkSnapshot>>& links,
                                   gcode::line::Time now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(meters_, [&](const auto& entry) {
    return std::none_of(links.begin(), links.end(), [&](const auto& link) { return link->name == entry.first; });
  });
  for (const auto& link : links) meters_[link->name].observe(*link, now);
}

std::optional<LinkQuality> PublishedLinkQuality::last_minute(const std::string& printer) const {
  const std::lock_guard lock(mutex_);
  const auto it = meters_.find(printer);
  return it == meters_.end() ? std::nullopt : it->second.last_minute();
}

std::optional<double> quantile(double part, std::span<const std::uint64_t> buckets, std::span<const double> bounds) {
  const auto count = static_cast<double>(sum_of(buckets));
  if (count == 0) return std::nullopt;
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto here = static_cast<double>(buckets[i]);
    if (here > 0 && below + here >= part * count) {
      const double lower = i == 0 ? 0 : bounds[i - 1];
      return lower + (bounds[i] - lower) * (part * count - below) / here;
    }
    below += here;
  }
  return bounds.back();
}

}  // namespace agent::snapshot
