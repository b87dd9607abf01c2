// The motion planner: sixteen blocks of which one stays free. A block has a duration from distance and feedrate, or it is
// accelerated: then its duration follows from the speeds at its two corners, which the blocks behind it decide until it
// begins.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/sim/clock.h"

namespace sim {

using Axes = std::array<double, 4>;  ///< X, Y, Z, E in millimetres

/// An accelerated move. Millimetres and seconds.
struct Drive {
  double length = 0, speed = 0, accel = 1;
  double entry = 0;    ///< the most at its beginning
  double end = 0;      ///< if nothing is behind it
  double slowest = 0;  ///< it neither begins nor ends slower
};

/// From the end of the last block to the next move, in a planner that no command emptied.
struct DrySpell {
  Time from{}, to{};
  Time starving{};  ///< since then each move found two blocks at most: the last one ends at rest
  int blocks = 0;   ///< the most since it was empty before
};

class Planner {
 public:
  static constexpr int kBlocks = 16;

  /// Moves that are planned and not finished.
  [[nodiscard]] int busy(Time now);
  [[nodiscard]] int moves_free(Time now) { return kBlocks - 1 - busy(now); }
  [[nodiscard]] bool is_full(Time now) { return busy(now) >= kBlocks - 1; }
  /// When a block becomes free. The planner must be full.
  [[nodiscard]] Time frees_at() const { return head().end; }
  /// When everything planned is done; may be in the past.
  [[nodiscard]] Time done_at() const;

  /// N of the line whose move runs now; -1: it had none, or nothing moves.
  [[nodiscard]] std::int64_t running(Time now) { return busy(now) > 0 ? head().number : -1; }

  /// Appends a move to `to` of that duration, of the line with that N. The planner must not be full.
  void add(const Axes& to, Time duration, Time now, std::int64_t number = -1);
  /// `delay`: how long the first block waits for two others.
  void add(const Axes& to, const Drive& drive, Time delay, Time now, std::int64_t number = -1);
  /// Where the axes are now, to the accuracy of whole blocks.
  [[nodiscard]] const Axes& reached(Time now);
  /// Drops all moves; the axes stay where they are (M410, kill, pause).
  void stop(Time now);
  /// The axes are at `at` without moving (G92, homing).
  void teleport(const Axes& at) { reached_ = at; }

  /// A command waits until it is empty, or for something else than moves.
  void empties_rightly() { most_ = 0; }
  [[nodiscard]] std::vector<DrySpell> take_dry_spells() { return std::exchange(dry_, {}); }

 private:
  struct Block {
    Time end{};
    Axes to{};
    std::int64_t number = -1;
    bool accelerates = false;
    Drive drive;
    double entry = 0;  ///< planned
  };
  [[nodiscard]] Block& at(int index) { return blocks_[static_cast<std::size_t>((head_ + index) % kBlocks)]; }
  [[nodiscard]] const Block& at(int index) const {
    return blocks_[static_cast<std::size_t>((head_ + index) % kBlocks)];
  }
  [[nodiscard]] const Block& head() const { return at(0); }
  [[nodiscard]] Time duration(int index) const;
  void append(Block block, Time now);
  void begin(Time now);
  void plan(int last_fixed);

  std::array<Block, kBlocks> blocks_{};
  int head_ = 0;
  int size_ = 0;
  Time done_{};
  Time began_{};  ///< the first block, or will
  Axes reached_{};
  int most_ = 0;
  Time starving_ = kNever;
  std::vector<DrySpell> dry_;
};

}  // namespace sim
