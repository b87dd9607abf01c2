#include "agent/config/config_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace agent::config {
namespace {

std::vector<text::Fault> unreadable(int error) {
  return {text::Fault{"cannot be read: " + std::string(std::strerror(error))}};
}

}  // namespace

std::variant<Configuration, std::vector<text::Fault>> load_configuration(const std::string& path) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(errno);
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return unreadable(errno);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxBytes) return std::vector{text::Fault{"is larger than 1 MiB"}};
  return parse_configuration(text);
}

}  // namespace agent::config
