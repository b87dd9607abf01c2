#include "agent/link/line_tap.h"

#include "agent/process/clock.h"

namespace agent::link {

LineTap::~LineTap() {
  for (const auto& feed : feeds_) feed->close();
}

std::shared_ptr<recording::WatchFeed> LineTap::watch() {
  (void)drop_released();
  if (feeds_.size() >= kMostFeeds) return nullptr;
  return feeds_.emplace_back(std::make_shared<recording::WatchFeed>());
}

// Only this list still owns it: nobody takes from it.
bool LineTap::drop_released() {
  return std::erase_if(feeds_, [](const auto& feed) { return feed.use_count() == 1; }) > 0;
}

void LineTap::keep(std::size_t bytes) {
  if (black_box_ ? black_box_->most_bytes() == bytes : bytes == 0) return;
  black_box_.reset();
  if (bytes > 0) black_box_.emplace(bytes);
}

void LineTap::add(const recording::LinePiece& piece) {
  if (black_box_) black_box_->add(piece);
  if (recording_) recording_->add(piece);
  for (const auto& feed : feeds_) feed->add(piece);
}

void LineTap::note(std::string_view sentence) {
  const recording::LinePiece piece{gcode::decode::TraceDirection::kNote, sentence, {}, process::monotonic_now(), false};
  if (black_box_) black_box_->add(piece);
  for (const auto& feed : feeds_) feed->add(piece);
}

}  // namespace agent::link
