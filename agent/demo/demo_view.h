// What the demo shows: one picture of the print, drawn as text. Pure: what to show and how wide comes in, lines go out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/snapshot/snapshot.h"
#include "agent/terminal/painted_line.h"

namespace agent {

/// What the demo knows besides the snapshot.
struct DemoStatus {
  std::string printer, host;  ///< "virtual MK3S, prusa-3.13", "octoprint"
  double speed = 1;
  std::vector<std::string> metrics_urls;
  std::string host_port;
  double lines_per_second = 0;               ///< commands of the host, over the last seconds
  std::optional<double> ok_latency_seconds;  ///< mean over the last seconds
  std::string ending;                        ///< "", "the print is done", "the print failed: ..."
  std::string message;                       ///< last warning of the agent, or empty
};

/// The picture, at most `rows` lines of at most `columns` characters each (escape sequences do not count).
[[nodiscard]] std::vector<std::string> draw_demo(const LinkSnapshot& link, const DemoStatus& status, gcode::Time now,
                                                 const TextStyle& style);

/// The same in one line, for a pipe.
[[nodiscard]] std::string demo_line(const LinkSnapshot& link, const DemoStatus& status, gcode::Time now);

}  // namespace agent
