#include "tests/sim/printer_ring.h"

#include <algorithm>

namespace sim {

void ReceiveRing::push(char c, char origin) {
  if (is_full()) {
    ++lost_;
    return;
  }
  const auto at = static_cast<std::size_t>((head_ + size_) % (kCapacity + 1));
  bytes_[at] = c;
  origins_[at] = origin;
  ++size_;
}

Time ReceiveRing::arrival_of(std::size_t index) const {
  return wire_start_ + Time((static_cast<std::int64_t>(index) + 1) * kByteNanoseconds / 1000);
}

void ReceiveRing::arrive(std::string_view bytes, Time now, bool paced, char origin) {
  absorb(now);
  if (!paced && wire_.empty()) {
    for (const char c : bytes) push(c, origin);
    return;
  }
  if (wire_.empty()) wire_start_ = now;
  const bool idle = arrival_of(wire_.size()) - Time(kByteNanoseconds / 1000) <= now && wire_done_ == wire_.size();
  if (idle) {
    wire_.clear();
    wire_origins_.clear();
    wire_done_ = 0;
    wire_start_ = now;
  }
  wire_.append(bytes);
  wire_origins_.append(bytes.size(), origin);
}

void ReceiveRing::absorb(Time now) {
  for (; wire_done_ < wire_.size() && arrival_of(wire_done_) <= now; ++wire_done_)
    push(wire_[wire_done_], wire_origins_[wire_done_]);
  if (wire_done_ == wire_.size() && !wire_.empty()) {
    wire_.clear();
    wire_origins_.clear();
    wire_done_ = 0;
  }
}

Time ReceiveRing::next_arrival() const {
  if (wire_done_ == wire_.size()) return kNever;
  const std::size_t limit = std::min(wire_.size() - 1, wire_done_ + 47);
  std::size_t index = wire_done_;
  while (index < limit && wire_[index] != '\n' && wire_[index] != '\r') ++index;
  return arrival_of(index);
}

char ReceiveRing::pop() {
  const char c = bytes_[static_cast<std::size_t>(head_)];
  popped_origin_ = origins_[static_cast<std::size_t>(head_)];
  head_ = (head_ + 1) % (kCapacity + 1);
  --size_;
  return c;
}

int ReceiveRing::lines_of(char origin, const Begun& begun) const {
  int lines = 0;
  Begun line = begun;
  const auto counts = [&] { return line.any && line.origin == origin && !(line.in_comment && line.comment_leaks); };
  const auto refresh = [&](char c, char o) {
    if (c == '\n' || c == '\r') {
      lines += counts() ? 1 : 0;
      if (!line.comment_leaks || !line.any) line.in_comment = false;
      line.any = false;
      return;
    }
    line.in_comment = line.in_comment || c == ';';
    if (line.in_comment || line.any || c == ' ') return;
    line.any = true;
    line.origin = o;
  };
  for (int i = 0; i < size_; ++i) {
    const auto at = static_cast<std::size_t>((head_ + i) % (kCapacity + 1));
    refresh(bytes_[at], origins_[at]);
  }
  for (std::size_t i = wire_done_; i < wire_.size(); ++i) refresh(wire_[i], wire_origins_[i]);
  return lines + (counts() ? 1 : 0);
}

void ReceiveRing::flush() {
  while (size_ > 0) {
    if (pop() == '\n') ++lines_flushed_;
  }
}

void ReceiveRing::clear(Time now) {
  absorb(now);
  flush();
  wire_.clear();
  wire_origins_.clear();
  wire_done_ = 0;
}

}  // namespace sim
