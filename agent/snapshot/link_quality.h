// Quality of one printer's line in the last minute, from monotonic counters. Pure; time is an argument. Shown by the
// page and its JSON. Example: 95 of 100 queries in a minute were answered within 0.021 s; no resend.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/snapshot/snapshot.h"

namespace agent::snapshot {

struct LinkQuality {
  double seconds = 0;              ///< length of the interval; below a minute after the start
  double commands_per_second = 0;  ///< of the host and the agent
  std::optional<double> ok_latency_mean{}, ok_latency_p95{};  ///< seconds, of queries; nothing if none was answered
  /// seconds that a byte spent inside the agent, in either direction
  std::optional<double> agent_delay_mean{}, agent_delay_p95{};
  std::uint64_t resends = 0;
  double starved_seconds = 0;  ///< the planner was empty
};

class LinkQualityMeter {
 public:
  static constexpr gcode::line::Time kWindow = std::chrono::minutes(1);

  void observe(const LinkSnapshot& link, gcode::line::Time now);
  /// No value before the second observation.
  [[nodiscard]] std::optional<LinkQuality> last_minute() const;

 private:
  struct Totals {
    gcode::line::Time at{};
    std::uint64_t commands = 0, resends = 0;
    gcode::line::Time starved{};
    gcode::printer::Histogram<14> ok_latency;
    gcode::printer::Histogram<9> passthrough;
  };
  [[nodiscard]] static Totals totals_of(const LinkSnapshot& link, gcode::line::Time now);

  std::deque<Totals> totals_;  ///< at most kWindow + 1
};

/// The meters of all printers. Outlives a web server, so that a changed listen address does not reset them. From any
/// thread.
class PublishedLinkQuality {
 public:
  /// Call about every ten seconds: samples each printer and removes printers that no longer exist.
  void observe(const std::vector<std::shared_ptr<const LinkSnapshot>>& links, gcode::line::Time now);
  [[nodiscard]] std::optional<LinkQuality> last_minute(const std::string& printer) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, LinkQualityMeter> meters_;
};

/// The `part` quantile as Prometheus's histogram_quantile estimates it; the last bound if the quantile is above it.
/// `buckets` is one longer than `bounds`. No value if nothing was counted.
[[nodiscard]] std::optional<double> quantile(double part, std::span<const std::uint64_t> buckets,
                                             std::span<const double> bounds);

}  // namespace agent::snapshot
