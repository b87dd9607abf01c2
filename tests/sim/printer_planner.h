// The motion planner: sixteen blocks of which one stays free, each with a duration from distance and feedrate. No
// acceleration: the serial line is simulated, not the mechanics.
#pragma once

#include <array>
#include <cstdint>

#include "tests/sim/clock.h"

namespace sim {

using Axes = std::array<double, 4>;  ///< X, Y, Z, E in millimetres

class Planner {
 public:
  static constexpr int kBlocks = 16;

  /// Moves that are planned and not finished.
  [[nodiscard]] int busy(Time now);
  [[nodiscard]] int moves_free(Time now) { return kBlocks - 1 - busy(now); }
  [[nodiscard]] bool is_full(Time now) { return busy(now) >= kBlocks - 1; }
  /// When a block becomes free. The planner must be full.
  [[nodiscard]] Time frees_at() const { return blocks_[static_cast<std::size_t>(head_)].end; }
  /// When everything planned is done; may be in the past.
  [[nodiscard]] Time done_at() const { return done_; }

  /// N of the line whose move runs now; -1: it had none, or nothing moves.
  [[nodiscard]] std::int64_t running(Time now) {
    return busy(now) > 0 ? blocks_[static_cast<std::size_t>(head_)].number : -1;
  }

  /// Appends a move to `to` of that duration, of the line with that N. The planner must not be full.
  void add(const Axes& to, Time duration, Time now, std::int64_t number = -1);
  /// Where the axes are now, to the accuracy of whole blocks.
  [[nodiscard]] const Axes& reached(Time now);
  /// Drops all moves; the axes stay where they are (M410, kill, pause).
  void stop(Time now);
  /// The axes are at `at` without moving (G92, homing).
  void teleport(const Axes& at) { reached_ = at; }

 private:
  struct Block {
    Time end{};
    Axes to{};
    std::int64_t number = -1;
  };

  std::array<Block, kBlocks> blocks_{};
  int head_ = 0;
  int size_ = 0;
  Time done_{};
  Axes reached_{};
};

}  // namespace sim
