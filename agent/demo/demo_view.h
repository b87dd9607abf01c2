// What the demo shows: the picture of `status --watch` between what only the demo knows. Pure: what to show and how wide comes
// in, lines go out.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/terminal/styled_text.h"

namespace agent::demo {

/// What the demo knows besides the printer's status.
struct DemoStatus {
  std::string printer, host;  ///< "virtual MK3S, prusa-3.13", "octoprint"
  double speed = 1;
  std::vector<std::string> metrics_urls;
  std::string ending;   ///< "", "the print is done", "the print failed: ..."
  std::string message;  ///< last warning of the agent, or empty
};

/// The picture, at most `rows` lines of at most `columns` characters each (escape sequences do not count). `printer`: as
/// printer_status() gives it.
[[nodiscard]] std::vector<std::string> draw_demo(const nlohmann::json& printer, const DemoStatus& demo,
                                                 const terminal::TextStyle& style);

}  // namespace agent::demo
