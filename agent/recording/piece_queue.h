// Pieces of one printer's line on their way from the I/O thread to a slower thread, in a bounded buffer. The I/O thread
// waits for no more than a copy or a swap. What does not fit is counted: from then on all is dropped until the next
// take(), so that a gap is always behind the pieces that were taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "gcode/decode/trace.h"
#include "gcode/line/time.h"

namespace agent::recording {

/// Bytes on the printer's line in two consecutive pieces, as they are in a ring, or a remark. Not owned.
struct LinePiece {
  gcode::decode::TraceDirection direction = gcode::decode::TraceDirection::kNote;
  std::string_view first{}, second{};
  gcode::line::Time at{};  ///< monotonic
  bool of_agent = false;   ///< the agent's query, or an answer to it that the host does not get

  [[nodiscard]] std::size_t size() const { return first.size() + second.size(); }
};

class PieceQueue {
 public:
  explicit PieceQueue(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// What did not fit.
  struct Lost {
    std::uint64_t bytes = 0, lines = 0;
  };

  void add(const LinePiece& piece);
  /// Replaces `pieces` by everything that waits. Returns what came behind it and did not fit.
  Lost take(std::string& pieces);
  /// Removes the first of the pieces that take() returned; its bytes are all in `first`.
  [[nodiscard]] static LinePiece pop(std::string_view& pieces);

 private:
  struct Head;

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::string waiting_;
  Lost lost_;
};

}  // namespace agent::recording
