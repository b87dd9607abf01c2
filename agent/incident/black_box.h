// The last minutes of one printer's line in memory, bounded in bytes; the oldest part is dropped first. Used on the I/O
// thread. contents() shares the memory instead of copying it, so that another thread can write it to the disk: what was
// added before stays unchanged, and bytes that are added later are not part of it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "agent/recording/piece_queue.h"

namespace agent::incident {

class BlackBox {
 public:
  /// The least that makes sense, in bytes: a piece is up to 4 KiB, and the oldest eighth is dropped in one step.
  static constexpr std::size_t kLeastBytes = std::size_t{64} << 10U;

  /// What was in it; may be used on any thread.
  class Contents {
   public:
    /// Calls `take` with each piece, oldest first; its bytes are all in `first`.
    void for_each(const std::function<void(const recording::LinePiece&)>& take) const;

   private:
    friend class BlackBox;
    struct Part {
      std::shared_ptr<const char[]> bytes;
      std::size_t size = 0;
      gcode::line::Time begin{};
    };
    std::vector<Part> parts_;
  };

  explicit BlackBox(std::size_t most_bytes);

  void add(const recording::LinePiece& piece);
  [[nodiscard]] Contents contents() const;
  [[nodiscard]] std::size_t most_bytes() const { return most_bytes_; }
  /// Memory in use.
  [[nodiscard]] std::size_t bytes() const { return chunks_.size() * chunk_bytes_; }

 private:
  struct Chunk {
    std::shared_ptr<char[]> bytes;
    std::size_t size = 0;
    gcode::line::Time begin{};
  };

  std::size_t most_bytes_, chunk_bytes_, most_chunks_;
  std::deque<Chunk> chunks_;  ///< oldest first
};

}  // namespace agent::incident
