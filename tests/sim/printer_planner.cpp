#include "tests/sim/printer_planner.h"

#include <algorithm>

namespace sim {

int Planner::busy(Time now) {
  while (size_ > 0 && blocks_[static_cast<std::size_t>(head_)].end <= now) {
    reached_ = blocks_[static_cast<std::size_t>(head_)].to;
    head_ = (head_ + 1) % kBlocks;
    --size_;
  }
  return size_;
}

void Planner::add(const Axes& to, Time duration, Time now, std::int64_t number) {
  done_ = std::max(done_, now) + duration;
  blocks_[static_cast<std::size_t>((head_ + size_) % kBlocks)] = {done_, to, number};
  ++size_;
}

const Axes& Planner::reached(Time now) {
  (void)busy(now);
  return reached_;
}

void Planner::stop(Time now) {
  (void)busy(now);
  size_ = 0;
  done_ = now;
}

}  // namespace sim
