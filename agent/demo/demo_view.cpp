#include "agent/demo/demo_view.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/status/status_view.h"

namespace agent::demo {

std::vector<std::string> draw_demo(const nlohmann::json& printers, const DemoStatus& demo,
                                   const terminal::TextStyle& style) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view words, terminal::Style as) {
    lines.push_back(terminal::StyledText(style).add(words, as).take());
  };
  lines.push_back(
      terminal::StyledText(style)
          .add("marlin-agent demo", terminal::Style::kBold)
          .add("  " + demo.printer + ", host like " + demo.host + terminal::formatted(", %g x speed", demo.speed))
          .take());
  for (const std::string& url : demo.page_urls)
    lines.push_back(terminal::labelled(style, "page").add(url, terminal::Style::kBold).take());
  lines.emplace_back();
  if (printers.size() == 1) {
    for (std::string& line : status::draw_status({{"printers", printers}}, style)) lines.push_back(std::move(line));
  } else {
    for (const nlohmann::json& printer : printers) add(status::status_brief(printer), terminal::Style::kPlain);
  }
  lines.emplace_back();
  if (!demo.message.empty()) add("  " + demo.message, terminal::Style::kWarm);
  if (!demo.ending.empty()) add("  " + demo.ending, terminal::Style::kBold);
  add("  Ctrl-C ends the demo.", terminal::Style::kDim);
  while (lines.size() > style.rows && !lines.empty()) {
    const auto empty = std::find(lines.begin(), lines.end(), std::string());
    lines.erase(empty != lines.end() ? empty : lines.end() - 1);
  }
  return lines;
}

}  // namespace agent::demo
