#include "agent/demo/demo_view.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/status/status_view.h"

namespace agent {

std::vector<std::string> draw_demo(const nlohmann::json& printer, const DemoStatus& demo, const TextStyle& style) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view words, Ink ink) { lines.push_back(PaintedLine(style).add(words, ink).take()); };
  lines.push_back(PaintedLine(style)
                      .add("marlin-agent demo", Ink::kBold)
                      .add("  " + demo.printer + ", host like " + demo.host + formatted(", %g x speed", demo.speed))
                      .take());
  lines.emplace_back();
  for (std::string& line : draw_status({{"printers", {printer}}}, style)) lines.push_back(std::move(line));
  lines.emplace_back();
  for (const std::string& url : demo.metrics_urls)
    lines.push_back(labelled(style, "metrics").add(url, Ink::kBold).take());
  lines.emplace_back();
  if (!demo.message.empty()) add("  " + demo.message, Ink::kWarm);
  if (!demo.ending.empty()) add("  " + demo.ending, Ink::kBold);
  add("  Ctrl-C ends the demo.", Ink::kDim);
  while (lines.size() > style.rows && !lines.empty()) {
    const auto empty = std::find(lines.begin(), lines.end(), std::string());
    lines.erase(empty != lines.end() ? empty : lines.end() - 1);
  }
  return lines;
}

}  // namespace agent
