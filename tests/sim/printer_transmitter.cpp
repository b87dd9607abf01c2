#include "tests/sim/printer_transmitter.h"

#include <algorithm>
#include <cstdint>

#include "tests/sim/printer_ring.h"

namespace sim {

Time Transmitter::end() const {
  return start_ + Time(static_cast<std::int64_t>(wire_.size()) * kByteNanoseconds / 1000);
}

Time Transmitter::send(std::string_view text, Time cpu, char origin) {
  if (!paced_) {
    out_.append(text);
    out_origins_.append(text.size(), origin);
    return cpu;
  }
  if (wire_.empty()) start_ = cpu;
  wire_.append(text);
  wire_origins_.append(text.size(), origin);
  return std::max(cpu, end());
}

void Transmitter::interrupt(std::string_view text, Time now) {
  deliver(now);
  if (wire_.empty()) {
    out_.append(text);
    out_origins_.append(text.size(), '-');
    return;
  }
  wire_.insert(done_, text);
  wire_origins_.insert(done_, text.size(), '-');
}

void Transmitter::cut(Time now) {
  deliver(now);
  wire_.clear();
  wire_origins_.clear();
  done_ = 0;
}

void Transmitter::deliver(Time now) {
  if (wire_.empty()) return;
  const std::int64_t elapsed = std::max<std::int64_t>(0, (now - start_).count());
  const auto left = std::min(wire_.size(), static_cast<std::size_t>((elapsed * 1000 + 999) / kByteNanoseconds));
  if (left > done_) {
    out_.append(wire_, done_, left - done_);
    out_origins_.append(wire_origins_, done_, left - done_);
    done_ = left;
  }
  if (done_ < wire_.size()) return;
  wire_.clear();
  wire_origins_.clear();
  done_ = 0;
}

std::string Transmitter::take() {
  std::string taken;
  taken.swap(out_);
  taken_origins_.swap(out_origins_);
  out_origins_.clear();
  return taken;
}

Time Transmitter::deadline() const { return wire_.empty() ? kNever : end(); }

}  // namespace sim
