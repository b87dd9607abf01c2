// External events: power, sensors, filament, the knob.
// Wire example of a boot: "start\n", then "echo: 3.13.3-7591\nSpoolJoin is Off\n External Reset\n..." 0.75 s later.
#include <algorithm>

#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

constexpr Time kBannerAfter = std::chrono::milliseconds(750);
constexpr Time kMmuPatience = std::chrono::seconds(30);
constexpr Time kTailAfter = std::chrono::milliseconds(350);

}  // namespace

void FirmwareCore::boot(Time now, bool external_reset) {
  if (on_) advance(now);
  if (!external_reset) return begin_boot(now, "PowerUp\n");
  begin_boot(now, is_prusa() ? " External Reset\n" : "External Reset\n");
}

// After a kill 3.13 shows the reason and waits for a click before it continues.
void FirmwareCore::begin_boot(Time now, std::string_view cause, bool after_kill) {
  // The boot loader's start ends in LF; after a kill 3.9 sends an additional one, with the firmware's line end.
  const bool injected_start = halted_ && is_prusa() && traits.version < 310;
  transmitter.cut(now);
  on_ = true;
  forget_everything(now);
  restarts_at_ = kNever;
  booted_at_ = now;
  booting_ = true;
  std::string banner(options.habits.boot.empty() ? traits.boot : std::string_view(options.habits.boot));
  if (const std::size_t at = banner.find('@'); at != std::string::npos) banner.replace(at, 1, cause);
  constexpr std::string_view kStored = "Stored settings retrieved";
  const std::size_t settings = banner.find(kStored);
  if (options.blank_eeprom && settings != std::string::npos) {
    banner.replace(settings, kStored.size(), "Hardcoded Default Settings Loaded");
  }
  then(WaitKind::kTime, std::chrono::milliseconds(30),
       [this, injected_start] { injected_start ? line("start") : lf("start"); });
  then(WaitKind::kTime, is_prusa() ? kBannerAfter : Time{}, [this, banner] { print(banner); });
  if (is_prusa() && traits.version < 310) mmu_gives_up_ = now + kMmuPatience;
  if (after_kill) {
    then(WaitKind::kNone, {}, [this] {
      booting_ = false;
      modal_ = true;
      busy_next_ = cpu_ + busy_period_;
    });
    then(
        WaitKind::kUser, {}, [this] { modal_ = false; }, BusyText::kUser);
  }
  then(WaitKind::kTime, kTailAfter, [this] {
    print(traits.boot_tail);
    booting_ = false;
  });
  begin_next_step();
}

void FirmwareCore::power_panic(Time now) {
  advance(now);
  transmitter.interrupt("INT4\n", now);
  hotend.set_target(0, now);
  bed.set_target(0, now);
  planner_.stop(now);
}

// The main loop handles external events, immediately or after a stall.
void FirmwareCore::in_the_loop(Time now, std::function<void()> seen) {
  advance(now);
  if (!on_) return;
  if (cpu_ > now) {
    unseen_.push_back(std::move(seen));
    return;
  }
  cpu_ = now;
  if (!halted_) seen();
}

void FirmwareCore::break_sensor(SensorFault fault, Time now) {
  if (fault == SensorFault::kRepaired) {
    advance(now);
    model_next_ = kNever;
    hotend.break_sensor(__builtin_nan(""));
    bed.break_sensor(__builtin_nan(""));
    return;
  }
  in_the_loop(now, [this, fault] {
    if (!booting_) see_fault(fault);
  });
}

void FirmwareCore::see_fault(SensorFault fault) {
  if (fault == SensorFault::kThermalModel) {
    model_lines_ = 0;
    return thermal_model_tick();
  }
  if (fault == SensorFault::kHotendOpen) hotend.break_sensor(0);
  if (fault == SensorFault::kHotendShort) hotend.break_sensor(738.8);
  if (fault == SensorFault::kBedOpen) bed.break_sensor(0);
  const bool prusa = is_prusa();
  // 1.0 reports it in two lines (M 6).
  if (traits.family == Family::kMarlin10) return thermal_stop("0\n: Extruder switched off. MINTEMP triggered !");
  if (fault == SensorFault::kHotendOpen) {
    return thermal_stop(prusa ? "0: Heaters switched off. MINTEMP triggered!"
                              : "MINTEMP triggered, system stopped! Heater_ID: E0");
  }
  if (fault == SensorFault::kHotendShort) {
    return thermal_stop(prusa ? "0: Heaters switched off. MAXTEMP triggered!"
                              : "MAXTEMP triggered, system stopped! Heater_ID: E0");
  }
  thermal_stop(prusa ? "Heaters switched off. MINTEMP BED triggered!"
                     : "MINTEMP triggered, system stopped! Heater_ID: bed");
}

void FirmwareCore::press_knob(Time now) {
  in_the_loop(now, [this] { click(); });
}

void FirmwareCore::stall(Time now, Time duration) {
  advance(now);
  cpu_ = std::max(cpu_, now) + duration;
}

void FirmwareCore::start_sd_print(std::string_view name, Time now) {
  in_the_loop(now, [this, file = std::string(name)] {
    if (!traits.has_sd) return;
    if (is_prusa()) {
      echo_enqueueing("M23 " + file);
      echo_enqueueing("M24");
      return;
    }
    select_file(file);
    card.printing = !card.open_name().empty();
    sd_started_ = cpu_;
  });
}

void FirmwareCore::set_temperatures(double nozzle, double plate, Time now, double nozzle_drift, double plate_drift) {
  advance(now);
  hotend.follow(nozzle, nozzle_drift, now);
  bed.follow(plate, plate_drift, now);
}

void FirmwareCore::stall_fan(Time now) {
  in_the_loop(now, [this] {
    if (!is_prusa()) return;
    fan_stalled_ = true;
    line(traits.version >= 312 ? "Hotend fan speed is lower than expected"
                               : "Extruder fan speed is lower than expected");
    hotend.set_target(0, cpu_);
    status_changed();
  });
}

void FirmwareCore::say(std::string_view text, Time now) {
  in_the_loop(now, [this, said = std::string(text)] { line(said); });
}

void FirmwareCore::run_out_of_filament(Time now) {
  in_the_loop(now, [this] {
    if (booting_ || stopped) return;
    if (is_prusa()) return run_out_prusa();
    if (!traits.host_actions) return;
    line("//action:prompt_end");
    line("//action:prompt_begin FilamentRunout T0");
    line("//action:prompt_show");
    line("//action:paused filament_runout 0");
    queue_.push_second("M600", Source::kInjected);
  });
}

// The place is saved and restored immediately: the host gets a resend request for everything that had not been moved
// yet.
void FirmwareCore::run_out_prusa() {
  if (paused_ || saving_) return;
  abandon_print();
  restore_print();
  line("echo:Enqueing to the front: \"M600\"");
  queue_.push("M600", Source::kInjected);
}

void FirmwareCore::crash(Time now) {
  in_the_loop(now, [this] {
    if (is_prusa() && !booting_ && !stopped && !paused_ && !saving_) mend_crash();
  });
}

void FirmwareCore::mend_crash() {
  abandon_print();
  saving_ = modal_ = true;
  busy_next_ = cpu_ + busy_period_;
  line("echo:enqueing \"CRASH_DETECTEDX\"");
  wait_seconds(0.5, [this] { lf("tmc2130_home_enter(axes_mask=0x03)"); });
  wait_seconds(2, [this] {
    lf("tmc2130_home_exit tmc2130_sg_homing_axes_mask=0x03");
    line("echo:enqueing \"CRASH_RECOVER\"");
  });
  wait_seconds(0.5, [this] {
    saving_ = modal_ = false;
    restore_print();
  });
  begin_next_step();
}

// Planned and queued commands are dropped, and the running one; each dropped serial command gets a plain ok.
void FirmwareCore::abandon_print() {
  drop_script();
  running_ = false;
  save_print();
  planner_.stop(cpu_);
  acknowledge_discarded(0);
}

void FirmwareCore::restore_print() {
  position_ = saved_position_;
  teleport();
  paused_ = false;
  card.printing = card.printing || paused_sd_;
  if (!paused_host_) return;
  last_n = saved_line_;
  request_resend();
}

}  // namespace sim
