#include "agent/doctor/setting_text.h"

#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/text/text_scan.h"
#include "transport/file_descriptor.h"

namespace agent::doctor {
namespace {

constexpr std::size_t kMost = 1 << 20;

std::string_view next_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted =
      text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<std::string> scalar(std::string_view text) {
  if (text.empty() || text == "null" || text == "~") return std::nullopt;
  return std::string(unquoted(text));
}

}  // namespace

// O_PATH opens nothing: opening a serial port resets the printer, reading it takes its answers, a FIFO waits. The second
// name is of the very file that was examined, whatever has its path now.
std::optional<std::string> read_file(const std::string& path, std::optional<uid_t> owner) {
  const transport::FileDescriptor found(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat node {};
  if (!found || ::fstat(found.get(), &node) != 0 || !S_ISREG(node.st_mode)) return std::nullopt;
  if (owner && node.st_uid != *owner) return std::nullopt;
  const std::string same = "/proc/self/fd/" + std::to_string(found.get());
  const transport::FileDescriptor file(::open(same.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return std::nullopt;
  std::string text(kMost, '\0');
  std::size_t size = 0;
  while (size < kMost) {
    const ssize_t count = ::read(file.get(), text.data() + size, kMost - size);
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

std::optional<std::string> yaml_setting(std::string_view text, const std::vector<std::string_view>& path) {
  std::vector<std::pair<std::size_t, std::string_view>> open;  // the mappings around the line: column and key
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const auto column = line.find_first_not_of(' ');
    if (column == std::string_view::npos || line[column] == '#' || line[column] == '-') continue;
    const auto colon = line.find(':', column);
    if (colon == std::string_view::npos) continue;
    while (!open.empty() && open.back().first >= column) open.pop_back();
    open.emplace_back(column, unquoted(line.substr(column, colon - column)));
    if (open.size() != path.size()) continue;
    const bool is_it = std::equal(open.begin(), open.end(), path.begin(),
                                  [](const auto& at, std::string_view key) { return at.second == key; });
    if (is_it) return scalar(text::trim_blanks(line.substr(colon + 1)));
  }
  return std::nullopt;
}

std::optional<std::string> ini_setting(std::string_view text, std::string_view section, std::string_view key) {
  bool is_inside = false;
  while (!text.empty()) {
    std::string_view line = text::trim_blanks(next_line(text));
    if (line.starts_with('[')) is_inside = line == "[" + std::string(section) + "]";
    if (!is_inside || line.starts_with('#') || line.starts_with(';')) continue;
    const char separator = line.find('=') < line.find(':') ? '=' : ':';
    if (text::next_part(line, separator) == key) return scalar(text::trim_blanks(line));
  }
  return std::nullopt;
}

std::optional<std::string> printrun_setting(std::string_view text, std::string_view key) {
  std::optional<std::string> value;
  while (!text.empty()) {
    std::string_view line = text::trim_blanks(next_line(text));
    if (text::next_part(line, ' ') != "set") continue;
    line = text::trim_blanks(line);
    if (text::next_part(line, ' ') == key) value = scalar(text::trim_blanks(line));
  }
  return value;
}

}  // namespace agent::doctor
