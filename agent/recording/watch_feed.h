// The conversation of one printer for one program that watches it (`marlin-agent watch`): filled on the I/O thread,
// taken on the control thread as lines of a recording with t_us in Unix microseconds. Bounded: a slow reader loses
// lines, and a note at that place says how many. Knows no socket.
#pragma once

#include <atomic>
#include <string>

#include "agent/recording/piece_queue.h"

namespace agent::recording {

class WatchFeed {
 public:
  /// 6 s of a full line at 115200 baud, or 20 s of a busy print.
  static constexpr std::size_t kMaxWaiting = std::size_t{64} << 10U;
  /// take() stops behind the line that exceeds this.
  static constexpr std::size_t kMostTaken = std::size_t{64} << 10U;

  /// For the I/O thread: does not block.
  void add(const LinePiece& piece) { waiting_.add(piece); }
  /// Nothing more will be added.
  void close() { is_closed_ = true; }

  /// Appends what can be sent now. False: all was taken, and no more will come. For one other thread.
  [[nodiscard]] bool take(std::string& out);

 private:
  void append(const LinePiece& piece, std::string& out) const;

  PieceQueue waiting_{kMaxWaiting};
  std::atomic<bool> is_closed_{false};

  // used by take() only
  std::string taken_;
  std::size_t done_ = 0;  ///< bytes of taken_ that were appended
  PieceQueue::Lost lost_;
};

}  // namespace agent::recording
