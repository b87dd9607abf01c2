// Rates over the last seconds from counters that only grow. Pure; time is an argument.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "agent/snapshot/snapshot.h"

namespace agent {

class RateMeter {
 public:
  /// Long enough to be read, short enough to follow a pause.
  static constexpr gcode::Time kWindow = std::chrono::seconds(5);

  void observe(const LinkSnapshot& link);
  /// Commands of the host, per second.
  [[nodiscard]] double lines_per_second() const;
  /// Mean time to the ok of the queries that were answered in the window; none: nothing. Other commands may wait.
  [[nodiscard]] std::optional<double> ok_latency_seconds() const;

 private:
  struct Sample {
    gcode::Time at{};
    std::uint64_t host_commands = 0, oks = 0;
    double latency_seconds = 0;
  };
  std::deque<Sample> samples_;  ///< at most kWindow, ten a second
};

}  // namespace agent
