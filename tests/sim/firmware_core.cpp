// The main loop: what happens next, and one round of it.
#include "tests/sim/firmware_core.h"

#include <algorithm>
#include <utility>

namespace sim {
namespace {

constexpr HeaterBody kHotendBody{25.5, 400, 120};
constexpr HeaterBody kBedBody{25.5, 130, 500};
constexpr std::int64_t kRoundMicroseconds = 150;     ///< one command, its output not counted
constexpr std::int64_t kPlanningMicroseconds = 900;  ///< one move through the planner of a 16 MHz AVR

}  // namespace

FirmwareCore::FirmwareCore(const FirmwareTraits& row, PrinterOptions given)
    : traits(row),
      options(std::move(given)),
      transmitter(options.wire_paced),
      hotend(kHotendBody, options.speed),
      bed(kBedBody, options.speed),
      card(options.sd_files, options.sd_order, options.sd_long_names),
      random_(options.seed),
      mishap_random_(options.seed ^ 0x0c0ffeeULL),
      queue_(row),
      mechanics_(row) {
  card.write_protected = options.sd_write_protected;
  build_tables();
}

void FirmwareCore::forget_everything(Time now) {
  ring.clear(now);
  queue_.clear();
  planner_.stop(now);
  drop_script();
  meatpack.reset();
  stopped = halted_ = running_ = popped_ = unresponsive_ = modal_ = input_blocked_ = saving_ = false;
  unseen_.clear();
  partial_size_ = 0;
  comment_ = false;
  last_n = 0;
  position_ = {0, 0, traits.family == Family::kPrusa ? 0.15 : 0.0, 0};
  mechanics_ = Mechanics(traits);
  teleport();
  homed_ = {};
  feedrate_ = 1500;
  relative_ = e_relative_ = cold_allowed_ = autoretract_ = false;
  speed_percent_ = flow_percent_ = 100;
  fan_speed_ = 0;
  report_mask_ = 1;
  report_next_ = position_next_ = fans_next_ = sd_report_next_ = busy_next_ = kNever;
  chat_next_ = options.habits.chatter == Chatter::kNone ? kNever : now + chatter_line(options.habits.chatter).period;
  if (!options.habits.remarks.empty()) chat_next_ = now + options.habits.remark_period;
  numbered_came_ = false;
  busy_period_ = traits.keepalive ? std::chrono::seconds(2) : Time{};
  progress_ = {-1, -1, -1, -1, -1, -1};
  message_shown_ = paused_ = paused_host_ = paused_sd_ = info_prompt_ = false;
  model_next_ = mmu_gives_up_ = forged_ok_at_ = kNever;
  active_tool_ = 0;
  card.printing = card.saving = false;
  card.close();
  last_g_ = Time(-kNever.count() / 2);
  hotend.set_target(0, now);
  bed.set_target(0, now);
  cpu_ = now;
}

void FirmwareCore::receive(std::string_view bytes, Time now, char origin) {
  advance(now);
  cpu_ = std::max(cpu_, now);
  if (traits.emergency_parser && on_) {
    for (const char c : bytes) emergency_char(c);
  }
  ring.arrive(bytes, now, options.paced_input, origin);
}

int FirmwareCore::commands_of(char origin) const {
  const bool leaks = is_prusa() || traits.family == Family::kMarlin10;
  return queue_.commands_of(origin) + ring.lines_of(origin, {partial_size_ > 0, partial_origin_, comment_, leaks});
}

void FirmwareCore::advance(Time now) {
  while (next_event() <= now) step();
  transmitter.deliver(now);
}

Time FirmwareCore::deadline() { return std::min(next_event(), transmitter.deadline()); }

Time FirmwareCore::next_event() {
  if (!on_) return kNever;
  if (halted_) return restarts_at_;
  if (!unseen_.empty()) return cpu_;
  Time due = kNever;
  if (may_read()) {
    if (!ring.is_empty()) return cpu_;
    due = ring.next_arrival();
  }
  if (is_waiting()) {
    due = std::min(due, wait_deadline());
    if (shows_busy()) due = std::min(due, busy_next_);
    if (wait_ == WaitKind::kHotend || wait_ == WaitKind::kBed) due = std::min(due, heat_tick_);
  } else if (!queue_.is_empty() || (card.printing && queue_.has_room(false) && partial_size_ == 0)) {
    return cpu_;
  }
  if (!input_blocked_ && !booting_) {
    due = std::min({due, chat_next_, forged_ok_at_, report_next_, position_next_, fans_next_, sd_report_next_,
                    model_next_, mmu_gives_up_});
  }
  if (partial_size_ > 0 && traits.rx_timeout && may_read()) due = std::min(due, last_char_ + std::chrono::seconds(2));
  return std::max(due, cpu_);
}

void FirmwareCore::step() {
  speaking_for_ = running_ ? current_.origin : '-';
  cpu_ = std::max(cpu_, next_event());
  if (halted_) return boot_again();
  transmitter.deliver(cpu_);
  ring.absorb(cpu_);
  if (!unseen_.empty()) return see_what_happened();
  if (may_read() && !ring.is_empty()) read_serial();
  check_rx_timeout();
  if (card.printing && !booting_) read_sd();
  if (is_waiting()) {
    if (wait_is_over()) complete_wait();
  } else if (!queue_.is_empty() && !halted_) {
    start_command();
  }
  if (!halted_) fire_timers();
}

void FirmwareCore::see_what_happened() {
  std::vector<std::function<void()>> events;
  events.swap(unseen_);
  for (const auto& event : events) event();
}

void FirmwareCore::boot_again() {
  restarts_at_ = kNever;
  halted_ = false;
  begin_boot(cpu_, "", true);
}

void FirmwareCore::fire_timers() {
  if (booting_ || input_blocked_) return;
  const char whose = speaking_for_;
  speaking_for_ = '-';
  if (report_next_ <= cpu_) {
    report_next_ = std::max(report_next_ + report_period_, cpu_);
    autoreport();
  }
  if (position_next_ <= cpu_) {
    position_next_ = cpu_ + position_period_;
    print_position();
  }
  if (fans_next_ <= cpu_) {
    fans_next_ = cpu_ + fans_period_;
    line(fan_line());
  }
  if (sd_report_next_ <= cpu_) {
    sd_report_next_ = cpu_ + sd_report_period_;
    print_sd_status();
  }
  if (model_next_ <= cpu_) thermal_model_tick();
  if (chat_next_ <= cpu_) chat();
  if (forged_ok_at_ <= cpu_) {
    forged_ok_at_ = kNever;
    speaking_for_ = 'h';  // as "M118 ok" of a host prints it
    line("ok");
    speaking_for_ = '-';
  }
  if (mmu_gives_up_ <= cpu_) {
    mmu_gives_up_ = kNever;
    lf("MMU not responding - DISABLED");
  }
  if (shows_busy() && busy_next_ <= cpu_) {
    busy_next_ = cpu_ + busy_period_;
    busy_line();
  }
  speaking_for_ = running_ ? current_.origin : whose;
  if ((wait_ == WaitKind::kHotend || wait_ == WaitKind::kBed) && heat_tick_ <= cpu_) heating_tick();
}

void FirmwareCore::start_command() {
  current_ = queue_.front();
  speaking_for_ = current_.origin;
  running_ = true;
  popped_ = unresponsive_ = false;
  busy_next_ = cpu_ + busy_period_;
  spend(kRoundMicroseconds + static_cast<std::int64_t>(random_() % 50));
  if (card.saving) {
    write_to_file();
    return finish_command();
  }
  if (observer) {
    observer(
        {std::string(current_.text()), current_.numbered ? current_.number : -1, current_.source == Source::kSd, cpu_});
  }
  execute();
  if (is_waiting() || !running_) return;
  if (!script_.empty()) return begin_next_step();
  finish_command();
}

std::int64_t FirmwareCore::interrupted_line() {
  if (const std::int64_t moving = planner_.running(cpu_); moving >= 0) return moving;
  for (int i = 0; i < queue_.size(); ++i) {
    if (queue_.at(i).numbered) return queue_.at(i).number;
  }
  return last_n + 1;
}

bool FirmwareCore::shows_busy() const {
  if (busy_period_ <= Time{} || !is_waiting() || input_blocked_ || !(running_ || modal_)) return false;
  return !traits.quiet_while_heating || (wait_ != WaitKind::kHotend && wait_ != WaitKind::kBed);
}

void FirmwareCore::finish_command() {
  speaking_for_ = current_.origin;
  if (halted_) return;
  if (letter_ == 'G' && code_ <= 3) spend(kPlanningMicroseconds);
  if (popped_) {
    // ClearToSend() reads the front entry of now: a command that removed itself has acknowledged the next one too
    // early.
    running_ = false;
    if (!queue_.is_empty() && queue_.front().source == Source::kSerial && is_prusa()) bare_ok();
    return;
  }
  if (current_.source == Source::kSerial && !unresponsive_) ok();
  running_ = false;
  if (!queue_.is_empty()) queue_.pop();
}

}  // namespace sim
