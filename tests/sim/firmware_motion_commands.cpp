// Moves, dwells, homing. Durations are simplified; the lines around them are recorded ones.
// Wire example: "tmc2130_home_enter(axes_mask=0x01)\n  0 step= 0 mscnt=   0\ntmc2130_home_exit ...".
#include <algorithm>
#include <cmath>

#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

constexpr double kColdLimit = 175;  ///< below it extrusion is refused, degrees Celsius
constexpr double kNoLimit = 1e6;
constexpr double kShortestMove = 0.0005;
constexpr Time kFirstMoveDelay = std::chrono::milliseconds(100);  ///< BLOCK_DELAY_FOR_1ST_MOVE

}  // namespace

void FirmwareCore::g_move() {
  if (stopped && !is_prusa()) {
    return line(kStoppedText);
  }
  constexpr char kLetters[] = "XYZE";
  pending_move_ = position_;
  for (std::size_t axis = 0; axis < 4; ++axis) {
    if (!seen(kLetters[axis])) continue;
    const bool relative = axis == 3 ? relative_ || e_relative_ : relative_;
    pending_move_[axis] = value(kLetters[axis]) + (relative ? position_[axis] : 0);
  }
  if (seen('F') && value('F') > 0) feedrate_ = value('F');
  if (autoretract_ && seen('E') && !seen('X') && !seen('Y') && !seen('Z')) {
    unresponsive_ = true;  // 3.x returns from the middle of its command table: there is never an ok (P 1.5)
    position_[3] = pending_move_[3];
    return;
  }
  if (!cold_allowed_ && pending_move_[3] != position_[3] && hotend.reading(cpu_) < kColdLimit) {
    line("echo: cold extrusion prevented");
    position_[3] = pending_move_[3];
  }
  plan_move();
}

void FirmwareCore::plan_move() {
  const double dx = pending_move_[0] - position_[0];
  const double dy = pending_move_[1] - position_[1];
  const double dz = pending_move_[2] - position_[2];
  const double de = pending_move_[3] - position_[3];
  const double path = std::sqrt(dx * dx + dy * dy + dz * dz);
  const double distance = path > 0 ? path : std::abs(de);
  position_ = pending_move_;
  if (distance == 0) return;
  const double speed = feedrate_ / 60 * std::max(1.0, speed_percent_) / 100;
  if (options.accelerates) {
    pending_drive_ = mechanics_.drive(pending_move_, speed, flow_percent_ / 100, planner_.busy(cpu_));
    if (!pending_drive_) return;
  }
  const double seconds = distance / speed;
  pending_duration_ = options.instant_moves ? Time{} : scaled(std::max(seconds, kShortestMove));
  if (planner_.is_full(cpu_)) {
    wait_ = WaitKind::kPlannerSlot;
    busy_text_ = BusyText::kProcessing;
    return;
  }
  add_pending_move();
}

void FirmwareCore::add_pending_move() {
  const std::int64_t number = current_.numbered ? current_.number : -1;
  if (!pending_drive_) return planner_.add(pending_move_, pending_duration_, cpu_, number);
  const bool delays = traits.family == Family::kMarlin11 || traits.family == Family::kMarlin21;
  planner_.add(pending_move_, *std::exchange(pending_drive_, std::nullopt), delays ? kFirstMoveDelay : Time{}, cpu_,
               number);
}

void FirmwareCore::teleport() {
  planner_.teleport(position_);
  mechanics_.teleport(position_);
}

// M92, M201, M203, M204, M205.
void FirmwareCore::limits() {
  const auto given = [this](char letter) { return seen(letter) ? std::optional(value(letter)) : std::nullopt; };
  const Mechanics::Values axes{given('X'), given('Y'), given('Z'), given('E')};
  switch (code_) {
    case 92: return mechanics_.take_steps(axes);
    case 201: return mechanics_.take_accelerations(axes);
    case 203: return mechanics_.take_speeds(axes);
    case 204:
      if (seen('S')) mechanics_.take_acceleration(value('S'), std::nullopt, value('S'));
      if (traits.family == Family::kMarlin10) return mechanics_.take_acceleration({}, given('T'), {});
      return mechanics_.take_acceleration(given('P'), given('R'), given('T'));
    default:
      mechanics_.take_jerk(axes);
      if (seen('J') && value('J') > 0) mechanics_.take_deviation(value('J'));
  }
}

void FirmwareCore::g4_dwell() {
  const double seconds = seen('S') ? value('S') : value('P') / 1000;
  if (is_prusa()) {
    // A dwell shows "Sleep..." unless the display shows an M117 text.
    if (seconds > 0 && !message_shown_) status_changed();
  } else {
    notify("Sleep...");
  }
  then(WaitKind::kMotion, {});
  wait_seconds(seconds);
}

void FirmwareCore::g28_home() {
  if (is_prusa()) return g28_prusa();
  g28_marlin();
}

void FirmwareCore::g28_prusa() {
  const bool all = !seen('X') && !seen('Y') && !seen('Z');
  const bool mesh = all && !seen('W');
  then(WaitKind::kMotion, {});
  if (!homed_[2] && (traits.version >= 310 || position_[2] < 5)) {
    then(WaitKind::kNone, {}, [this] { lf("tmc2130_home_enter(axes_mask=0x04)"); });
    wait_seconds(0.3, [this] { lf("tmc2130_home_exit tmc2130_sg_homing_axes_mask=0x04"); });
  }
  for (int axis = 0; axis < 2; ++axis) {
    if (!all && !seen(axis == 0 ? 'X' : 'Y')) continue;
    then(WaitKind::kNone, {}, [this, axis] { lff("tmc2130_home_enter(axes_mask=0x%02d)", axis + 1); });
    wait_seconds(0.9, [this, axis] {
      lf("  0 step= 0 mscnt=   0");
      lff("tmc2130_home_exit tmc2130_sg_homing_axes_mask=0x%02d", axis + 1);
    });
    wait_seconds(0.1);
  }
  wait_seconds(mesh ? 15 : 2, [this, mesh, all] {
    homed_ = {true, true, homed_[2] || all || seen('Z')};
    position_ = {0, 0, 0.15, position_[3]};
    teleport();
    if (mesh) status_changed();
  });
}

void FirmwareCore::g28_marlin() {
  const bool all = !seen('X') && !seen('Y') && !seen('Z');
  then(WaitKind::kMotion, {}, [this] {
    if (traits.two_hotends) line("Active Extruder: 0");
  });
  if (homing_fails) {
    return wait_seconds(12.2, [this] {
      line("echo:Homing Failed");
      kill(false);
    });
  }
  wait_seconds(9.7, [this, all] {
    homed_ = {true, true, homed_[2] || all || seen('Z')};
    position_ = {0, 0, all ? 0.0 : 10.0, position_[3]};
    teleport();
    if (traits.two_hotends) line("Active Extruder: 0");
    print_position();
  });
}

void FirmwareCore::g80_mesh() {
  if (!homed_[0] || !homed_[1] || !homed_[2]) {
    line("echo:Enqueing to the front: \"G28 W\"");
    g28_prusa();
  }
  wait_seconds(25);
}

void FirmwareCore::g90_absolute() { relative_ = e_relative_ = false; }
void FirmwareCore::g91_relative() { relative_ = e_relative_ = true; }
void FirmwareCore::m82_e_absolute() { e_relative_ = false; }
void FirmwareCore::m83_e_relative() { e_relative_ = true; }

void FirmwareCore::g92_position() {
  constexpr char kLetters[] = "XYZE";
  const bool none = !seen('X') && !seen('Y') && !seen('Z') && !seen('E');
  for (std::size_t axis = 0; axis < 4; ++axis) {
    if (none || seen(kLetters[axis])) position_[axis] = value(kLetters[axis]);
  }
  if (is_prusa() && (none || seen('X') || seen('Y') || seen('Z'))) then(WaitKind::kMotion, {});
  if (planner_.done_at() <= cpu_) planner_.teleport(position_);
  mechanics_.teleport(position_);
  // The position changes when the moves before it have ended: a block without a way.
  const bool takes_a_block = traits.family == Family::kMarlin11 || traits.family == Family::kMarlin21;
  if (options.accelerates && takes_a_block && planner_.busy(cpu_) > 0) {
    pending_move_ = position_;
    pending_drive_ = Drive{0, kNoLimit, 1, kNoLimit, 0, 0};
    if (planner_.is_full(cpu_)) wait_ = WaitKind::kPlannerSlot;
    else add_pending_move();
  }
  if (!is_prusa() && traits.family != Family::kMarlin10) print_position();
}

void FirmwareCore::m209_autoretract() { autoretract_ = seen('S') && value('S') == 1; }

void FirmwareCore::m400_finish() { then(WaitKind::kMotion, {}); }

void FirmwareCore::m220_speed() {
  if (seen('S')) {
    speed_percent_ = value('S');
    return;
  }
  if (is_prusa() && traits.version >= 310) return linef("%d%%", static_cast<int>(speed_percent_));
  if (traits.family == Family::kMarlin21) linef("FR:%d%%", static_cast<int>(speed_percent_));
}

void FirmwareCore::m221_flow() {
  if (seen('S')) {
    flow_percent_ = value('S');
    return;
  }
  if (is_prusa() && traits.version >= 310) return linef("%d%%", static_cast<int>(flow_percent_));
  const bool reports = traits.family == Family::kMarlin21 || traits.family == Family::kMarlin11;
  if (reports) linef("echo:E0 Flow: %d%%", static_cast<int>(flow_percent_));
}

void FirmwareCore::m302_cold() {
  if (seen('P')) cold_allowed_ = value('P') != 0;
  if (seen('S')) cold_allowed_ = value('S') <= 0;
}

void FirmwareCore::m410_quickstop() {
  planner_.stop(cpu_);
  position_ = planner_.reached(cpu_);
}

}  // namespace sim
