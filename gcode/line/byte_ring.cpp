#include "gcode/line/byte_ring.h"

#include <algorithm>
#include <cstring>

namespace gcode::line {

bool ByteRing::append(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (bytes.size() > room()) return false;
  const auto [first, second] = free_space();
  const std::size_t n = std::min(bytes.size(), first.size());
  if (n > 0) std::memcpy(first.data(), bytes.data(), n);
  if (bytes.size() > n) std::memcpy(second.data(), bytes.data() + n, bytes.size() - n);
  appended(bytes.size());
  return true;
}

std::string_view ByteRing::view(std::uint64_t from, std::uint64_t to, std::span<char> scratch) const {
  const auto [first, second] = pieces(from, to);
  if (second.empty()) return first;
  std::copy(first.begin(), first.end(), scratch.begin());
  std::copy(second.begin(), second.end(), scratch.begin() + static_cast<std::ptrdiff_t>(first.size()));
  return {scratch.data(), first.size() + second.size()};
}

}  // namespace gcode::line
