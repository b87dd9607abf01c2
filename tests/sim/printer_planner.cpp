#include "tests/sim/printer_planner.h"

#include <algorithm>
#include <cmath>

namespace sim {
namespace {

// Nobody asks more.
constexpr std::size_t kMostSpells = 10'000;
constexpr int kWithoutDelay = 3;
constexpr int kStarving = 2;
// The last block ends at rest in any case. So short a time behind it makes no difference.
constexpr Time kLeastDry = std::chrono::milliseconds(10);

}  // namespace

int Planner::busy(Time now) {
  while (size_ > 0 && head().end <= now) {
    const Time ended = head().end;
    reached_ = head().to;
    head_ = (head_ + 1) % kBlocks;
    --size_;
    if (size_ > 0) begin(ended);
  }
  return size_;
}

/// Of the trapezoid between the speeds at its two corners.
Time Planner::duration(int index) const {
  const Block& b = at(index);
  const Drive& d = b.drive;
  const double v0 = std::clamp(b.entry, d.slowest, d.speed);
  const double v1 = std::clamp(index + 1 < size_ ? at(index + 1).entry : d.end, d.slowest, d.speed);
  const double top =
      std::max(std::max(v0, v1), std::min(d.speed, std::sqrt(d.accel * d.length + (v0 * v0 + v1 * v1) / 2)));
  if (top <= 0) return {};  // the block of a G92 between moves at rest
  const double up = (top * top - v0 * v0) / (2 * d.accel), down = (top * top - v1 * v1) / (2 * d.accel);
  const double seconds = (top - v0) / d.accel + (top - v1) / d.accel + std::max(0.0, d.length - up - down) / top;
  return Time(static_cast<std::int64_t>(seconds * 1e6));
}

void Planner::begin(Time now) {
  began_ = now;
  if (at(0).accelerates) at(0).end = now + duration(0);
}

Time Planner::done_at() const {
  if (size_ == 0 || !at(size_ - 1).accelerates) return done_;
  Time done = head().end;
  for (int i = 1; i < size_; ++i) done += duration(i);
  return done;
}

// Backwards from rest behind the last block, forwards from the last whose beginning does not change.
void Planner::plan(int last_fixed) {
  double exit = at(size_ - 1).drive.end;
  for (int i = size_ - 1; i > last_fixed; --i) {
    const Drive& d = at(i).drive;
    exit = at(i).entry = std::min(d.entry, std::sqrt(exit * exit + 2 * d.accel * d.length));
  }
  for (int i = last_fixed; i + 1 < size_; ++i) {
    const Drive& d = at(i).drive;
    at(i + 1).entry = std::min(at(i + 1).entry, std::sqrt(at(i).entry * at(i).entry + 2 * d.accel * d.length));
  }
}

void Planner::append(Block block, Time now) {
  if (busy(now) > kStarving) starving_ = kNever;
  else starving_ = std::min(starving_, now);
  if (size_ == 0 && now > done_) {
    if (most_ > 0 && dry_.size() < kMostSpells) dry_.push_back({done_, now, std::min(done_, starving_), most_});
    if (now - done_ >= kLeastDry) most_ = 0;
  }
  blocks_[static_cast<std::size_t>((head_ + size_) % kBlocks)] = block;
  ++size_;
  most_ = std::max(most_, size_);
}

void Planner::add(const Axes& to, Time duration, Time now, std::int64_t number) {
  const Time end = std::max(done_, now) + duration;
  Block block;
  block.end = end;
  block.to = to;
  block.number = number;
  append(block, now);
  done_ = end;
}

void Planner::add(const Axes& to, const Drive& drive, Time delay, Time now, std::int64_t number) {
  Block block;
  block.to = to;
  block.number = number;
  block.accelerates = true;
  block.drive = drive;
  append(block, now);
  const bool waits = began_ > now;
  if (size_ == 1) {
    at(0).entry = drive.entry;
    began_ = now + delay;
    begin(began_);
  } else {
    // The block behind the one that runs begins as that one was planned to end.
    if (size_ == 2) at(1).entry = at(0).drive.end;
    plan(waits ? 0 : 1);
    if (waits) begin(size_ >= kWithoutDelay ? now : began_);
  }
  done_ = done_at();
}

const Axes& Planner::reached(Time now) {
  (void)busy(now);
  return reached_;
}

void Planner::stop(Time now) {
  (void)busy(now);
  size_ = 0;
  most_ = 0;
  done_ = now;
}

}  // namespace sim
