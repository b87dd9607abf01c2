#include "gcode/reply/line_format.h"

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

}  // namespace gcode::reply
