#include "tests/sim/printer_queue.h"

#include <algorithm>
#include <cstring>

namespace sim {
namespace {

constexpr int kPrusaBytes = 493;
constexpr int kPrusaReserve = 105;
constexpr int kPrusaWorstCommand = 99;
constexpr int kPrusaSlots = 4;

int bytes_of(std::size_t length) { return static_cast<int>(length) + 4; }

void fill(QueuedCommand& slot, std::string_view text, Source source) {
  slot.length = static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), 95));
  std::memcpy(slot.bytes.data(), text.data(), slot.length);
  slot.source = source;
  slot.origin = '-';
  slot.numbered = false;
  slot.number = 0;
  slot.sd_end = 0;
}

}  // namespace

bool CommandQueue::has_room(bool waiting) const {
  if (traits_->family != Family::kPrusa) return size_ < traits_->queue_slots;
  if (waiting && size_ >= kPrusaSlots - 1) return false;
  return bytes_ + kPrusaWorstCommand + kPrusaReserve <= kPrusaBytes;
}

QueuedCommand& CommandQueue::push(std::string_view text, Source source) {
  QueuedCommand& slot = slots_[static_cast<std::size_t>((head_ + size_) % kSlots)];
  fill(slot, text, source);
  ++size_;
  bytes_ += bytes_of(slot.length);
  return slot;
}

QueuedCommand& CommandQueue::push_second(std::string_view text, Source source) {
  if (size_ == 0) return push(text, source);
  const int second = head_;
  head_ = (head_ + kSlots - 1) % kSlots;
  slots_[static_cast<std::size_t>(head_)] = slots_[static_cast<std::size_t>(second)];
  QueuedCommand& slot = slots_[static_cast<std::size_t>(second)];
  fill(slot, text, source);
  ++size_;
  bytes_ += bytes_of(slot.length);
  return slot;
}

void CommandQueue::pop() {
  bytes_ -= bytes_of(front().length);
  head_ = (head_ + 1) % kSlots;
  --size_;
}

int CommandQueue::commands_of(char origin) const {
  int count = 0;
  for (int i = 0; i < size_; ++i) count += at(i).source == Source::kSerial && at(i).origin == origin ? 1 : 0;
  return count;
}

void CommandQueue::clear() {
  head_ = 0;
  size_ = 0;
  bytes_ = 0;
}

}  // namespace sim
