// How a blocking command waits: steps of a script, each with a condition and an action.
#include <algorithm>

#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

constexpr double kHeatWindow = 1;  ///< TEMP_WINDOW, degrees
constexpr Time kHeatTick = std::chrono::seconds(1);

double residency_seconds(const FirmwareTraits& traits, bool for_bed) {
  if (traits.family == Family::kPrusa) return for_bed ? 0 : 3;
  return traits.family != Family::kMarlin10 || !for_bed ? 10 : 0;
}

}  // namespace

Time FirmwareCore::scaled(double seconds) const {
  return Time(static_cast<std::int64_t>(std::max(0.0, seconds) * 1e6 / options.speed));
}

void FirmwareCore::then(WaitKind wait, Time duration, std::function<void()> act, BusyText busy) {
  script_.push_back({wait, duration, std::move(act), busy});
}

void FirmwareCore::drop_script() {
  script_.clear();
  wait_then_ = nullptr;
  wait_ = WaitKind::kNone;
}

void FirmwareCore::begin_next_step() {
  while (!script_.empty()) {
    Step step = std::move(script_.front());
    script_.pop_front();
    if (step.wait == WaitKind::kNone) {
      if (step.then) step.then();
      continue;
    }
    wait_ = step.wait;
    if (wait_ != WaitKind::kTime) planner_.empties_rightly();
    wait_until_ = cpu_ + step.duration;
    wait_then_ = std::move(step.then);
    busy_text_ = step.busy;
    clicked_ = false;
    if (wait_ == WaitKind::kHotend || wait_ == WaitKind::kBed) {
      heat_tick_ = cpu_ + kHeatTick;
      residency_since_ = kNever;
      heat_cancelled_ = false;
    }
    return;
  }
  if (running_) finish_command();
}

void FirmwareCore::complete_wait() {
  if (wait_ == WaitKind::kPlannerSlot) {
    wait_ = WaitKind::kNone;
    add_pending_move();
    return finish_command();
  }
  wait_ = WaitKind::kNone;
  const std::function<void()> act = std::move(wait_then_);
  wait_then_ = nullptr;
  if (act) act();
  if (!is_waiting()) begin_next_step();
}

Time FirmwareCore::wait_deadline() {
  switch (wait_) {
    case WaitKind::kTime: return wait_until_;
    case WaitKind::kPlannerSlot: return planner_.is_full(cpu_) ? planner_.frees_at() : cpu_;
    case WaitKind::kMotion: return std::max(planner_.done_at(), cpu_);
    case WaitKind::kHotend: return heat_deadline(hotend, kHeatWindow, residency_seconds(traits, false));
    case WaitKind::kBed: {
      const double window = is_prusa() || traits.family == Family::kMarlin10 ? 0 : kHeatWindow;
      return heat_deadline(bed, window, residency_seconds(traits, true));
    }
    case WaitKind::kAnswer:
    case WaitKind::kUser: return clicked_ ? cpu_ : kNever;
    case WaitKind::kUserOrTime: return clicked_ ? cpu_ : wait_until_;
    case WaitKind::kNone:
    case WaitKind::kForever: break;
  }
  return kNever;
}

Time FirmwareCore::heat_deadline(const Heater& heater, double window, double residency) {
  if (heat_cancelled_) return cpu_;
  if (residency_since_ == kNever) {
    const bool heats = heater.actual(cpu_) <= heater.target();
    const Time reached = heater.reaches(heater.target() + (heats ? -window : window), cpu_);
    if (reached > cpu_) return reached;
    residency_since_ = cpu_;
  }
  return residency_since_ + scaled(residency);
}

bool FirmwareCore::wait_is_over() { return wait_deadline() <= cpu_; }

void FirmwareCore::heating_tick() {
  heat_tick_ = cpu_ + kHeatTick;
  const bool for_bed = wait_ == WaitKind::kBed;
  const double residency = residency_seconds(traits, for_bed);
  char rest[16] = "W:?";
  if (residency_since_ != kNever) {
    const Time left = residency_since_ + scaled(residency) - cpu_;
    std::snprintf(rest, sizeof rest, "W:%d",
                  static_cast<int>(std::max<std::int64_t>(0, left.count()) * options.speed / 1e6));
  }
  const double nozzle = hotend.reading(cpu_);
  if (traits.family == Family::kMarlin21 || traits.family == Family::kMarlin11) {
    print(" ");
    return line(temperatures() + " " + rest);
  }
  if (for_bed) return linef("T:%.2f E:0 B:%.1f", nozzle, bed.reading(cpu_));
  linef("T:%.1f E:0 %s", nozzle, rest);
}

}  // namespace sim
