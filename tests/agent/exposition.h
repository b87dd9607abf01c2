// Reads a page in Prometheus's text format 0.0.4, strictly enough for tests: every line is a comment or a sample.
// Wire example: marlin_up{printer="mk3"} 1
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace exposition {

struct Page {
  std::map<std::string, std::string> types;  ///< family -> "counter"
  std::map<std::string, std::string> helps;
  std::map<std::string, double> samples;  ///< "marlin_up{printer=\"mk3\"}" -> 1

  [[nodiscard]] std::optional<double> value(const std::string& series) const {
    const auto it = samples.find(series);
    if (it == samples.end()) return std::nullopt;
    return it->second;
  }
  [[nodiscard]] bool has_family(const std::string& name) const { return types.contains(name); }
};

/// Throws std::runtime_error naming the line that is none, or the series that stands twice.
inline Page parse(std::string_view text) {
  Page page;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) throw std::runtime_error("last line without end: " + std::string(text));
    const std::string line(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) {
      const auto name_end = line.find(' ', 7);
      if (name_end == std::string::npos) throw std::runtime_error("short comment: " + line);
      auto& target = line[2] == 'H' ? page.helps : page.types;
      if (!target.emplace(line.substr(7, name_end - 7), line.substr(name_end + 1)).second) {
        throw std::runtime_error("twice: " + line);
      }
      continue;
    }
    const auto value_begin = line.rfind(' ');
    if (value_begin == std::string::npos) throw std::runtime_error("no value: " + line);
    if (!page.samples.emplace(line.substr(0, value_begin), std::stod(line.substr(value_begin + 1))).second) {
      throw std::runtime_error("twice: " + line);
    }
  }
  return page;
}

}  // namespace exposition
