// The screen of the demo: the view of `status --watch` with additional lines of the demo. Pure: takes content and size,
// returns lines.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/terminal/styled_text.h"

namespace agent::demo {

/// What the demo shows besides the printer's status.
struct DemoStatus {
  std::string printer, host;  ///< "virtual MK3S, prusa-3.13", "octoprint"
  double speed = 1;
  std::vector<std::string> page_urls;
  std::string ending;   ///< "", "the print is done", "the print failed: ..."
  std::string message;  ///< last warning of the agent, or empty
};

/// `printers`: results of printer_status(); several are drawn in a line each. At most `rows` lines of at most `columns` characters each (escape sequences do not count).
[[nodiscard]] std::vector<std::string> draw_demo(const nlohmann::json& printers, const DemoStatus& demo,
                                                 const terminal::TextStyle& style);

}  // namespace agent::demo
