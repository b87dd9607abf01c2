// Everything that gets a copy of one printer's line: the black box, the recording, and the programs that watch it. Used on
// the I/O thread only.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/incident/black_box.h"
#include "agent/recording/recorder.h"
#include "agent/recording/watch_feed.h"

namespace agent::link {

class LineTap {
 public:
  /// More programs than any owner has terminals; each costs the I/O thread a copy.
  static constexpr std::size_t kMostFeeds = 8;

  LineTap() = default;
  ~LineTap();
  LineTap(const LineTap&) = delete;
  LineTap& operator=(const LineTap&) = delete;

  /// Null: the recording ends.
  void record_to(std::shared_ptr<recording::Recording> recording) { recording_ = std::move(recording); }
  [[nodiscard]] const std::shared_ptr<recording::Recording>& recording() const { return recording_; }
  /// A feed that gets everything from now on until the caller releases it. Null: there are kMostFeeds already.
  [[nodiscard]] std::shared_ptr<recording::WatchFeed> watch();
  /// Call now and then: removes the feeds that were released. Returns whether there was one.
  bool drop_released();

  /// Keeps the last `bytes` of the line; 0: nothing.
  void keep(std::size_t bytes);
  [[nodiscard]] const std::optional<incident::BlackBox>& black_box() const { return black_box_; }

  /// Whether add() has any effect.
  [[nodiscard]] bool is_used() const { return black_box_ || recording_ || !feeds_.empty(); }
  void add(const recording::LinePiece& piece);
  /// A remark that is not on the line: not for the recording.
  void note(std::string_view sentence);

 private:
  std::optional<incident::BlackBox> black_box_;
  std::shared_ptr<recording::Recording> recording_;
  std::vector<std::shared_ptr<recording::WatchFeed>> feeds_;
};

}  // namespace agent::link
