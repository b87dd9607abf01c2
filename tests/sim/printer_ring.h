// The UART's receive ring: 127 usable bytes, filled by interrupt, emptied by the main loop. A byte that finds it full
// is lost silently (P 1.1). Bytes may arrive all in one instant or paced by the wire.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sim/clock.h"

namespace sim {

/// Nanoseconds that one byte takes at 115200 baud, 8N1.
inline constexpr std::int64_t kByteNanoseconds = 86806;

class ReceiveRing {
 public:
  static constexpr int kCapacity = 127;  ///< RX_BUFFER_SIZE 128, one place stays free

  /// `paced`: the bytes follow each other at wire speed from `now` on, after those still on the wire.
  /// `origin`: who sent them, for the invariant checker.
  void arrive(std::string_view bytes, Time now, bool paced, char origin = 'h');
  /// Moves what has arrived by `now` from the wire into the ring.
  void absorb(Time now);
  /// The next instant at which reading makes a difference: the next line end, or 48 bytes, or the last byte on the
  /// wire. kNever if nothing is on the wire. The ring must be absorbed up to `now`.
  [[nodiscard]] Time next_arrival() const;

  [[nodiscard]] bool is_empty() const { return size_ == 0; }
  [[nodiscard]] bool is_full() const { return size_ == kCapacity; }
  [[nodiscard]] int room() const { return kCapacity - size_; }
  [[nodiscard]] char pop();
  /// Who sent the last byte of pop().
  [[nodiscard]] char popped_origin() const { return popped_origin_; }
  /// What the firmware has read of a line, and the effect of a comment on the lines after it.
  struct Begun {
    bool any = false;   ///< characters of a line are kept
    char origin = 'h';  ///< origin of the first of them
    bool in_comment = false;
    /// a comment after a command swallows that command and the next line (Prusa, Marlin 1.0)
    bool comment_leaks = false;
  };
  /// Lines of that origin, begun, in the ring or on the wire, that are neither blank nor swallowed by a comment.
  [[nodiscard]] int lines_of(char origin, const Begun& begun) const;
  /// MYSERIAL.flush(): discards the content of the ring.
  void flush();
  /// Flush, and discard what is still on the wire: the chip was reset.
  void clear(Time now);

  [[nodiscard]] std::uint64_t bytes_lost() const { return lost_; }
  [[nodiscard]] std::uint64_t lines_flushed() const { return lines_flushed_; }

 private:
  void push(char c, char origin);
  [[nodiscard]] Time arrival_of(std::size_t index) const;

  std::array<char, kCapacity + 1> bytes_{};
  std::array<char, kCapacity + 1> origins_{};
  char popped_origin_ = 'h';
  int head_ = 0;
  int size_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lines_flushed_ = 0;
  std::string wire_;           ///< bytes in transit; bounded by what the caller sends ahead of the clock
  std::string wire_origins_;   ///< one for each byte of wire_
  std::size_t wire_done_ = 0;  ///< of wire_, already in the ring
  Time wire_start_{};          ///< when wire_[0] began
};

}  // namespace sim
