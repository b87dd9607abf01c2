// A ring of bytes in memory that another object owns, with its two counters in a plain value that another object may
// own (a checkpoint that outlives the process). Counters count bytes since the beginning and never wrap in practice:
// byte number n is at storage[n % capacity], and tail - head bytes are held.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace gcode::line {

struct RingCounters {
  std::uint64_t head = 0;  ///< number of the oldest byte still held
  std::uint64_t tail = 0;  ///< number of the next byte to come
};

class ByteRing {
 public:
  /// `storage`: capacity in bytes, a power of two; not owned. `counters`: not owned.
  ByteRing(std::span<char> storage, RingCounters& counters) : storage_(storage), counters_(&counters) {}

  [[nodiscard]] std::size_t capacity() const { return storage_.size(); }
  [[nodiscard]] std::size_t size() const { return counters_->tail - counters_->head; }
  [[nodiscard]] std::size_t room() const { return capacity() - size(); }
  [[nodiscard]] std::uint64_t head() const { return counters_->head; }
  [[nodiscard]] std::uint64_t tail() const { return counters_->tail; }

  /// The free space as at most two pieces, in order, ready for readv(); afterwards `appended(n)` records how much was
  /// filled.
  [[nodiscard]] std::array<std::span<char>, 2> free_space() const {
    const std::size_t at = counters_->tail & (capacity() - 1);
    const std::size_t first = std::min(room(), capacity() - at);
    return {storage_.subspan(at, first), storage_.subspan(0, room() - first)};
  }
  void appended(std::size_t n) { counters_->tail += n; }

  /// Copies all of `bytes` in, or nothing if they do not fit. Returns whether they did.
  bool append(std::string_view bytes);

  /// Bytes number [from, to) as at most two pieces, in order. head <= from <= to <= tail.
  [[nodiscard]] std::array<std::string_view, 2> pieces(std::uint64_t from, std::uint64_t to) const {
    const std::size_t at = from & (capacity() - 1);
    const std::size_t first = std::min<std::size_t>(to - from, capacity() - at);
    return {std::string_view(storage_.data() + at, first), std::string_view(storage_.data(), to - from - first)};
  }

  /// Bytes number [from, to) as one piece. If they cross the end of the storage they are copied into `scratch`, which
  /// must be at least as long.
  [[nodiscard]] std::string_view view(std::uint64_t from, std::uint64_t to, std::span<char> scratch) const;

  /// Discards everything before byte number `to`. head <= to <= tail.
  void drop_until(std::uint64_t to) { counters_->head = to; }

 private:
  std::span<char> storage_;
  RingCounters* counters_;
};

}  // namespace gcode::line
