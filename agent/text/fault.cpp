#include "agent/text/fault.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace agent::text {

Result<std::string> read_file(const std::string& path) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
  const auto unreadable = [] { return Fault{"cannot be read: " + std::string(std::strerror(errno))}; };
  std::error_code ignored;
  // Opening it would wait for a writer, possibly for ever.
  if (std::filesystem::is_fifo(path, ignored)) return Fault{"cannot be read: it is a pipe, not a file"};
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable();
  // In pieces: a string of the largest size would keep that memory, and the configuration's text is kept for hours.
  std::string text;
  std::array<char, 4096> piece;
  while (file.read(piece.data(), piece.size()), file.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMostBytes) return Fault{"is larger than 1 MiB"};
  }
  if (file.bad()) return unreadable();
  return text;
}

}  // namespace agent::text
