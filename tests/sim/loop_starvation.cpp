#include "tests/sim/loop_starvation.h"

#include <algorithm>

namespace sim {
namespace {

// Between two oks that are further apart something blocks.
constexpr Time kFlows = std::chrono::milliseconds(400);

}  // namespace

void LoopStarvation::ok_for_host(Time now) {
  if (last_ok_ != gcode::line::kNever && now - last_ok_ < kFlows) {
    starved_ += now - last_ok_;
    flowing_ += now - last_ok_;
    longest_ = std::max(longest_, starved_);
  }
  last_ok_ = now;
}

void LoopStarvation::temperature_at(Time at) {
  if (at == last_temperature_) return;
  last_temperature_ = at;
  starved_ = Time::zero();
}

}  // namespace sim
