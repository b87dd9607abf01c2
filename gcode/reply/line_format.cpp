#include "gcode/reply/line_format.h"

#include <algorithm>
#include <charconv>

namespace gcode::reply {

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return line;
}

bool looks_like_file(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.find(':') != std::string_view::npos) return false;
  if (line.front() == '/') return true;
  const auto dot = line.rfind('.');
  return dot != std::string_view::npos && dot + 1 < line.size() && (line[dot + 1] == 'g' || line[dot + 1] == 'G');
}

std::optional<float> whole_number(std::string_view line) {
  line = trimmed(line);
  float value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc() || end != line.data() + line.size() || line.empty()) return std::nullopt;
  return value;
}

namespace {

// The command that an "Unknown command" echo names, from its quote on: `M27 P"`.
std::string_view named(std::string_view line) {
  line = trimmed(line);
  const auto quote = line.find('"');
  return quote != std::string_view::npos ? line.substr(quote + 1) : line.substr(line.rfind(": ") + 1);
}

std::string_view without_newline(std::string_view injected) {
  return injected.substr(0, injected.find_last_not_of('\n') + 1);
}

}  // namespace

std::string_view rejected_text(std::string_view line) {
  line = named(line);
  return trimmed(line.substr(0, line.rfind('"')));
}

bool names_injected_exactly(std::string_view line, std::string_view injected) {
  return rejected_text(line) == without_newline(injected);
}

bool names_injected(std::string_view line, std::string_view injected) {
  injected = without_newline(injected);
  line = named(line);
  std::size_t found = 0;
  for (const char c : line) found += found < injected.size() && c == injected[found] ? 1 : 0;
  return line.size() <= injected.size() + 8 && found * 2 >= injected.size();
}

bool is_report(ReplyKind kind) {
  return kind == ReplyKind::kTemperature || kind == ReplyKind::kFans || kind == ReplyKind::kPosition;
}

namespace {

// "T:25.5", "/0.0", "B@:14", "@0:10", "PRN1:0", "RPM", "Count", "X:" and its number after a blank.
bool is_report_word(std::string_view word, bool temperature) {
  if (word.empty()) return true;
  if (!temperature && (word == "RPM" || word == "Count" || word == "X:" || whole_number(word))) return true;
  std::string_view number = word;
  if (word.front() == '/') {
    number.remove_prefix(1);
  } else {
    const auto colon = word.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 6) return false;
    const std::string_view name = word.substr(0, colon);
    if (name == "W" || (temperature && name == "E")) return false;  // a waiting command's
    if (!std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '@'; }))
      return false;
    number = word.substr(colon + 1);
  }
  return whole_number(number).has_value();
}

}  // namespace

bool is_whole_report(std::string_view line) {
  line = trimmed(line);
  const bool temperature = line.starts_with("T:");
  if (!temperature && !line.starts_with("X:") && !line.starts_with("E0:")) return false;
  if (temperature && line.find(" /") == std::string_view::npos) return false;
  for (bool first = true; !line.empty(); first = false) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    if (!is_report_word(word, temperature) || (!first && (word.starts_with("T:") || word.starts_with("E0:"))))
      return false;
  }
  return true;
}

}  // namespace gcode::reply
