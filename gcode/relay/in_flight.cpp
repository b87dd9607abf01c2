#include "gcode/relay/in_flight.h"

#include <cassert>

namespace gcode::relay {

InFlight written_to_file(InFlight entry) {
  entry.kind = command::CommandKind::kOther;
  entry.code = entry.g_code = -1;
  entry.oks = 1;
  return entry;
}

void InFlightQueue::push(const InFlight& entry) {
  if (count_ == kCapacity || overflow_ > 0) {
    ++overflow_;
    return;
  }
  InFlight& added = ring_[(first_ + count_) % kCapacity] = entry;
  added.ahead = static_cast<std::uint8_t>(count_);
  ++count_;
  injected_count_ += entry.is_injected() ? 1 : 0;
}

void InFlightQueue::insert_front(const InFlight& entry) {
  if (count_ == kCapacity) {
    ++overflow_;
    return;
  }
  first_ = (first_ + kCapacity - 1) % kCapacity;
  ring_[first_] = entry;
  ++count_;
  injected_count_ += entry.is_injected() ? 1 : 0;
}

void InFlightQueue::erase(std::size_t index) {
  assert(index < count_);
  injected_count_ -= (*this)[index].is_injected() ? 1 : 0;
  if (index == 0) {
    first_ = (first_ + 1) % kCapacity;
  } else {
    for (std::size_t i = index; i + 1 < count_; ++i) (*this)[i] = (*this)[i + 1];
  }
  --count_;
}

void InFlightQueue::clear() { first_ = count_ = injected_count_ = overflow_ = 0; }

std::size_t InFlightQueue::find_injected() const {
  std::size_t i = 0;
  while (!(*this)[i].is_injected()) ++i;
  return i;
}

std::optional<std::size_t> InFlightQueue::first_of(command::CommandKind kind) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if ((*this)[i].kind == kind) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> InFlightQueue::numbered(std::int64_t number) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if ((*this)[i].number == number) return i;
  }
  return std::nullopt;
}

void InFlightQueue::copy_to(InFlightQueue& to) const {
  for (std::size_t i = 0; i < count_; ++i) to.ring_[(first_ + i) % kCapacity] = (*this)[i];
  to.first_ = first_;
  to.count_ = count_;
  to.injected_count_ = injected_count_;
  to.overflow_ = overflow_;
}

InFlight InFlightQueue::acknowledge_first() {
  if (count_ == 0) {  // only lines beyond the capacity are left: only their number is known
    if (overflow_ > 0) --overflow_;
    return {};
  }
  const InFlight entry = (*this)[0];
  if (entry.oks > 1) {
    --(*this)[0].oks;
  } else {
    erase(0);
  }
  return entry;
}

}  // namespace gcode::relay
