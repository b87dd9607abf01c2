#include "gcode/line/byte_ring.h"

#include <algorithm>
#include <cstring>

namespace gcode::line {

std::array<std::span<char>, 2> ByteRing::free_space() const {
  const std::size_t at = counters_->tail & (capacity() - 1);
  const std::size_t first = std::min(room(), capacity() - at);
  return {storage_.subspan(at, first), storage_.subspan(0, room() - first)};
}

bool ByteRing::append(std::string_view bytes) {
  if (bytes.size() > room()) return false;
  const auto [first, second] = free_space();
  const std::size_t n = std::min(bytes.size(), first.size());
  if (n > 0) std::memcpy(first.data(), bytes.data(), n);
  if (bytes.size() > n) std::memcpy(second.data(), bytes.data() + n, bytes.size() - n);
  appended(bytes.size());
  return true;
}

std::array<std::string_view, 2> ByteRing::pieces(std::uint64_t from, std::uint64_t to) const {
  const std::size_t at = from & (capacity() - 1);
  const std::size_t first = std::min<std::size_t>(to - from, capacity() - at);
  return {std::string_view(storage_.data() + at, first), std::string_view(storage_.data(), to - from - first)};
}

std::string_view ByteRing::view(std::uint64_t from, std::uint64_t to, std::span<char> scratch) const {
  const auto [first, second] = pieces(from, to);
  if (second.empty()) return first;
  std::copy(first.begin(), first.end(), scratch.begin());
  std::copy(second.begin(), second.end(), scratch.begin() + static_cast<std::ptrdiff_t>(first.size()));
  return {scratch.data(), first.size() + second.size()};
}

}  // namespace gcode::line
