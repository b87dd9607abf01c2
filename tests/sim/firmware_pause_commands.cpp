// Pausing, stopping, kill(), and everything that waits for a person.
// Wire example: "M601" to 3.13: "ok\necho:enqueing \"G1 E-1.000 F2700\"\n// action:paused\n"; after M602 a host print
// gets a resend request: "Resend: 7\nok\n" (P 0.10).
#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

constexpr Time kUsbPrinting = std::chrono::seconds(10);  ///< a host prints within that of its last G command

}  // namespace

// Temperatures that differ from the thermal model: a line every 0.27 s, the stop after twelve seconds (recorded in
// 18x).
void FirmwareCore::thermal_model_tick() {
  constexpr Time kPeriod = std::chrono::milliseconds(270);
  constexpr int kLinesToStop = 46;
  constexpr int kLinesToClear = 64;
  model_next_ = cpu_ + kPeriod;
  ++model_lines_;
  lff("TM: error |-1.%06d|>1.200000", 214060 + 4000 * model_lines_);
  if (model_lines_ == 1) status_changed();
  if (model_lines_ == kLinesToClear) lf("TM: error cleared");
  if (model_lines_ != kLinesToStop) return;
  lf("TM: error triggered!");
  thermal_stop({}, "echo:");
}

void FirmwareCore::m0_stop() {
  if (is_prusa()) {
    const double seconds = seen('S') ? value('S') : value('P') / 1000;
    status_changed();
    then(WaitKind::kMotion, {});
    if (seconds > 0) return wait_seconds(seconds);
    return then(WaitKind::kUser, {}, {}, BusyText::kUser);
  }
  if (!traits.emergency_parser) return unknown_command();  // an answer could never arrive
  const std::string text(argument());
  then(WaitKind::kMotion, {}, [this, text] {
    print("echo:" + text + "\r\n");
    prompt(text.empty() ? "M0/1 Break Called" : text, "Continue");
  });
  then(WaitKind::kUser, {}, {}, BusyText::kUser);
}

void FirmwareCore::click() { clicked_ = true; }

// M876: the button that was pressed. Only "Continue" ends the second dialog of a filament change.
void FirmwareCore::answer(int button) {
  if (wait_ != WaitKind::kAnswer || button == 1) click();
}

void FirmwareCore::m108_break() {
  heat_cancelled_ = true;
  if (wait_ == WaitKind::kUser || wait_ == WaitKind::kUserOrTime) click();
}

void FirmwareCore::prompt(std::string_view title, std::string_view first, std::string_view second) {
  line("//action:prompt_end");
  line("//action:prompt_begin " + std::string(title));
  line("//action:prompt_button " + std::string(first));
  if (!second.empty()) line("//action:prompt_button " + std::string(second));
  line("//action:prompt_show");
}

void FirmwareCore::end_prompt() { line("//action:prompt_end"); }

void FirmwareCore::m876_answer() {
  if (!traits.host_actions) unknown_command();
}

void FirmwareCore::m112_kill() { kill(true); }

void FirmwareCore::kill(bool by_command) {
  if (halted_ || !on_) return;
  speaking_for_ = '-';
  if (traits.family == Family::kMarlin21 && by_command) line("echo:M112 Shutdown");
  if (is_prusa() && traits.version < 310) lf("KILL: 2");
  line("Error:Printer halted. kill() called!");
  if (is_prusa()) line("M112 called. Emergency Stop.");
  if (traits.host_actions) line("//action:poweroff");
  hotend.set_target(0, cpu_);
  bed.set_target(0, cpu_);
  planner_.stop(cpu_);
  drop_script();
  queue_.clear();
  running_ = false;
  halted_ = true;
  restarts_at_ = traits.halts_after_kill ? kNever : cpu_ + std::chrono::milliseconds(4500);
}

void FirmwareCore::m999_restart() { stopped = false; }

// --- pause on Prusa: the place is stored as a line number, with every queued command counted, whatever its origin.
void FirmwareCore::save_print() {
  const bool host = cpu_ - last_g_ < kUsbPrinting;
  paused_ = true;
  paused_sd_ = card.printing;
  paused_host_ = !card.printing && host;
  saved_line_ = last_n - queue_.size() - planner_.busy(cpu_);
  saved_position_ = position_;
  if (card.printing) {
    card.printing = false;
    for (int i = 0; i < queue_.size(); ++i) {
      if (queue_.at(i).source != Source::kSd) continue;
      card.position -= std::min<std::size_t>(card.position, queue_.at(i).length + 1u);
    }
  }
}

void FirmwareCore::acknowledge_discarded(int keep_front) {
  std::string senders;
  for (int i = keep_front; i < queue_.size(); ++i) {
    if (queue_.at(i).source == Source::kSerial) senders += queue_.at(i).origin;
  }
  queue_.clear();
  for (const char sender : senders) {
    speaking_for_ = sender;
    bare_ok();
  }
  speaking_for_ = running_ ? current_.origin : '-';
}

void FirmwareCore::m601_pause() { m25_pause(); }

void FirmwareCore::m25_pause() {
  if (!is_prusa()) {
    if (!traits.has_sd) return unknown_command();
    card.printing = false;
    then(WaitKind::kMotion, {}, [this] { action("paused"); });
    return park_and_wait(0, 4.2, "echo:Send M108 to resume");
  }
  then(WaitKind::kMotion, {}, [this] {
    if (traits.version >= 310) bare_ok();
    unresponsive_ = true;
    queue_.pop();
    popped_ = true;
    save_print();
    acknowledge_discarded(0);
    if (paused_sd_) echo_enqueueing("M83");
    echo_enqueueing("G1 E-1.000 F2700");
    action("paused");
  });
}

void FirmwareCore::m602_resume() {
  if (!paused_) return;
  then(WaitKind::kTime, scaled(1), [this] {
    status_changed();
    line("echo: cold extrusion prevented");
  });
  then(WaitKind::kTime, scaled(1.8), [this] {
    status_changed();
    if (traits.version < 310) bare_ok();
    restore_print();
    action("resumed");
  });
}

void FirmwareCore::m603_stop() {
  if (!is_prusa()) return unknown_command();
  if (traits.version >= 310) {
    queue_.pop();
    popped_ = true;
    bare_ok();
    acknowledge_discarded(0);
  }
  if (traits.version >= 310 || !card.printing) action("cancel");
  card.printing = false;
  card.close();
  paused_ = false;
  then(WaitKind::kTime, std::chrono::milliseconds(200), [this] { status_changed(); });
}

void FirmwareCore::m600_change() {
  if (is_prusa()) return m600_prusa();
  if (!traits.host_actions) return unknown_command();
  m600_marlin();
}

void FirmwareCore::m600_prusa() {
  then(WaitKind::kMotion, {});
  wait_seconds(10);
  then(WaitKind::kUser, {}, {}, BusyText::kUser);
  wait_seconds(10);
}

// Marlin's dialog at a parked nozzle; after ten seconds the heater is switched off and a second dialog asks to reheat.
void FirmwareCore::park_and_wait(double parking, double unloading, std::string_view insert) {
  const std::string request(insert);
  if (parking > 0) wait_seconds(parking, [this] { print_position(); });
  wait_seconds(unloading, [this, request] {
    line(request);
    prompt("Nozzle Parked", "Continue");
  });
  then(
      WaitKind::kUserOrTime, std::chrono::seconds(10),
      [this, request] {
        if (clicked_) return;
        line("echo:Send M108 to heat nozzle");
        prompt("Heater Timeout", "Reheat");
        script_.push_front({WaitKind::kUser, {}, {}, BusyText::kUser});
        script_.push_front({WaitKind::kUser,
                            {},
                            [this, request] {
                              line("//action:prompt_end");
                              line("//action:prompt_begin Reheating...");
                              line("//action:prompt_show");
                              line(request);
                              prompt("Reheat Done", "Continue");
                            },
                            BusyText::kUser});
      },
      BusyText::kUser);
}

void FirmwareCore::m600_marlin() {
  then(WaitKind::kMotion, {}, [this] { action("paused"); });
  park_and_wait(1.1, 8.8, "echo:Insert filament and send M108");
  wait_seconds(1.8, [this] { prompt("Paused", "PurgeMore", "Continue"); });
  then(
      WaitKind::kAnswer, {}, [this] { end_prompt(); }, BusyText::kUser);
  wait_seconds(1, [this] {
    action("resumed");
    prompt("Resuming", "Dismiss");
    info_prompt_ = true;
  });
}

// `prefix`: "Error:", or "echo:" for what the user can recover from.
void FirmwareCore::thermal_stop(std::string_view error, std::string_view prefix) {
  hotend.set_target(0, cpu_);
  bed.set_target(0, cpu_);
  if (!error.empty()) {
    status_changed();
    line("Error:" + std::string(error));
  }
  if (traits.family == Family::kMarlin10) {
    stopped = true;
    print("Error:");
    return line(kStoppedText);
  }
  if (!is_prusa()) return kill(false);
  stopped = traits.version >= 312;
  drop_script();
  running_ = false;
  planner_.stop(cpu_);
  acknowledge_discarded(0);
  action("cancel");
  line(std::string(prefix) + "Printer stopped due to errors. Supervision required.");
  modal_ = true;
  busy_next_ = cpu_ + busy_period_;
  wait_seconds(1.1, [this] {
    if (!homed_[2]) lf("tmc2130_home_enter(axes_mask=0x04)");
  });
  wait_seconds(0.8, [this] {
    if (!homed_[2]) lf("tmc2130_home_exit tmc2130_sg_homing_axes_mask=0x04");
  });
  // A recoverable stop ends with a click; after the others only a reset helps.
  const bool recoverable = prefix != "Error:";
  then(
      WaitKind::kUser, {},
      [this, recoverable] {
        modal_ = false;
        if (recoverable) stopped = false;
      },
      BusyText::kUser);
  begin_next_step();
}

}  // namespace sim
