// Temperatures, fans and their reports.
// Wire example: "M109 S50" to Prusa: "T:26.0 E:0 W:?" each second, the last three "W:2", "W:1", "W:0", then ok.
#include "tests/sim/firmware_core.h"

namespace sim {

void FirmwareCore::m104_hotend() {
  if (seen('T') && value('T') != 0) return;
  if (seen('S')) hotend.set_target(value('S'), cpu_);
}

void FirmwareCore::m140_bed() {
  if (!seen('S')) return;
  if (!is_prusa()) notify(value('S') > bed.actual(cpu_) ? "Bed Heating..." : "Bed Cooling...");
  bed.set_target(value('S'), cpu_);
}

void FirmwareCore::m105_report() {
  if (!is_prusa() && seen('T') && value('T') >= (traits.two_hotends ? 2 : 1)) {
    const std::string tool = traits.family == Family::kMarlin10 ? "" : std::to_string(static_cast<int>(value('T')));
    linef("echo:M105 Invalid extruder %s", tool.c_str());
    unresponsive_ = traits.family != Family::kMarlin10;
    return;
  }
  unresponsive_ = true;
  switch (options.habits.temperature_answer) {
    case TemperatureAnswer::kOneLine: line("ok " + temperatures()); break;
    case TemperatureAnswer::kOkThenLine:
      ok();
      line(temperatures());
      break;
    case TemperatureAnswer::kLineThenOk:
      line(temperatures());
      ok();
      break;
    case TemperatureAnswer::kBehindFields: {
      const int free = options.accelerates ? planner_.moves_free(cpu_) : 7;
      line("ok N" + std::to_string(std::max<std::int64_t>(0, current_.number)) + " P" + std::to_string(free) + " B15 " +
           temperatures());
      break;
    }
  }
  if (!is_prusa() || traits.version < 310) return;
  // 3.10 and later: it removes itself from the queue and falls through to the ok of the entry that is first then.
  queue_.pop();
  popped_ = true;
}

// 2.x prints before it waits the first second.
void FirmwareCore::first_heating_line() {
  if (traits.family != Family::kMarlin21) return;
  print(" ");
  line(temperatures() + " W:?");
}

void FirmwareCore::m109_wait_hotend() {
  const char letter = seen('R') ? 'R' : 'S';
  if (seen(letter)) hotend.set_target(value(letter), cpu_);
  if (is_prusa()) status_changed();
  const bool must_wait = letter == 'R' || hotend.target() > hotend.actual(cpu_);
  if (must_wait) {
    then(WaitKind::kHotend, {}, [this] { status_changed(); });
    first_heating_line();
  } else if (is_prusa()) {
    status_changed();
  }
}

void FirmwareCore::m190_wait_bed() {
  const char letter = seen('R') ? 'R' : 'S';
  if (!is_prusa()) notify("Bed Heating...");
  if (seen(letter)) bed.set_target(value(letter), cpu_);
  status_changed();
  const bool must_wait = letter == 'R' || bed.target() > bed.actual(cpu_);
  if (!must_wait) return status_changed();
  then(WaitKind::kBed, {}, [this] { status_changed(); });
  first_heating_line();
}

void FirmwareCore::m106_fan() {
  fan_speed_ = seen('S') ? static_cast<int>(value('S')) : 255;
  if (traits.host_actions) linef("M106 P0 S%d", fan_speed_);
}

void FirmwareCore::m107_fan_off() {
  fan_speed_ = 0;
  if (traits.host_actions) line("M106 P0 S0");
}

void FirmwareCore::m155_autoreport() {
  if (!traits.autoreport) return unknown_command();
  if (seen('S')) {
    report_period_ = std::chrono::seconds(static_cast<int>(value('S')) & 0xFF);
    report_next_ = report_period_ > Time{} ? cpu_ + report_period_ : kNever;
  }
  if (is_prusa()) report_mask_ = seen('C') ? static_cast<int>(value('C')) : 1;
}

void FirmwareCore::m154_autoreport() {
  if (!traits.autoreport) return unknown_command();
  if (!seen('S')) return;
  position_period_ = std::chrono::seconds(static_cast<int>(value('S')));
  position_next_ = position_period_ > Time{} ? cpu_ + position_period_ : kNever;
}

void FirmwareCore::m860_wait_probe() {
  const int target = static_cast<int>(value('S'));
  linef("Wait for PINDA target temperature:%d", target);
  for (int second = 0; second < 3; ++second) {
    then(WaitKind::kTime, std::chrono::seconds(1), [this, target] { linef("P:25.5/%d", target); });
  }
}

void FirmwareCore::m861_probe_table() {
  line("PINDA probe calibration not done.");
  if (seen('S')) bare_ok();  // an extra ok in the middle
}

void FirmwareCore::m301_pid() {
  if (seen('P')) pid_[0] = value('P');
  if (seen('I')) pid_[1] = value('I');
  if (seen('D')) pid_[2] = value('D');
  linef("ok p:%.2f i:%.2f d:%.2f%s", pid_[0], pid_[1], pid_[2], traits.version < 310 ? " c:1.00" : "");
}

void FirmwareCore::m304_bed_pid() {
  if (seen('P')) bed_pid_[0] = value('P');
  if (seen('I')) bed_pid_[1] = value('I');
  if (seen('D')) bed_pid_[2] = value('D');
  linef("ok p:%.2f i:%.2f d:%.2f", bed_pid_[0], bed_pid_[1], bed_pid_[2]);
}

// Its loop calls no idle function: no busy, no report, and the serial line is not read.
void FirmwareCore::m303_tune() {
  line("PID Autotune start");
  input_blocked_ = true;
  for (int tick = 0; tick < 60; ++tick) {
    // 1.0's lines begin like the answer to M105.
    wait_seconds(2, [this] {
      linef("%sT:%.2f @:%d", traits.family == Family::kMarlin10 ? "ok " : "", hotend.actual(cpu_), 127);
    });
  }
  then(WaitKind::kNone, {}, [this] {
    input_blocked_ = false;
    line("PID Autotune finished! Put the last Kp, Ki and Kd constants from above into Configuration.h");
  });
}

}  // namespace sim
