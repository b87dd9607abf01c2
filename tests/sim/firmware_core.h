// The inside of the virtual printer: one main loop on a virtual clock that reads the ring, keeps the queue, executes
// commands and prints. Files: firmware_core.cpp the loop, firmware_reader.cpp the receive path, firmware_script.cpp
// waiting, firmware_output.cpp lines and reports, firmware_*_commands.cpp the effects of commands.
// Nothing here uses the agent's parsers, so that the model checks them independently.
#pragma once

#include <cstdarg>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "tests/sim/firmware_script.h"
#include "tests/sim/firmware_traits.h"
#include "tests/sim/printer_heater.h"
#include "tests/sim/printer_meatpack.h"
#include "tests/sim/printer_mechanics.h"
#include "tests/sim/printer_planner.h"
#include "tests/sim/printer_queue.h"
#include "tests/sim/printer_ring.h"
#include "tests/sim/printer_sd_card.h"
#include "tests/sim/printer_transmitter.h"
#include "tests/sim/virtual_printer.h"

namespace sim {

/// Marlin's answer to a move, and that of 1.0 to a fault, while it is stopped.
inline constexpr std::string_view kStoppedText =
    "Printer stopped due to errors. Fix the error and use M999 to restart. "
    "(Temperature is reset. Set it after restarting)";

class FirmwareCore {
 public:
  FirmwareCore(const FirmwareTraits& traits, PrinterOptions options);

  void receive(std::string_view bytes, Time now, char origin);
  [[nodiscard]] int commands_of(char origin) const;
  [[nodiscard]] std::int64_t interrupted_line();
  [[nodiscard]] std::vector<DrySpell> take_dry_spells() { return planner_.take_dry_spells(); }
  [[nodiscard]] bool is_booting() const { return booting_; }
  void advance(Time now);
  [[nodiscard]] Time deadline();

  // --- external events (firmware_world.cpp)
  void boot(Time now, bool external_reset);
  void power_panic(Time now);
  void break_sensor(SensorFault fault, Time now);
  void run_out_of_filament(Time now);
  void crash(Time now);
  void press_knob(Time now);
  void stall(Time now, Time duration);
  void start_sd_print(std::string_view name, Time now);
  void set_temperatures(double nozzle, double plate, Time now, double nozzle_drift, double plate_drift);
  void stall_fan(Time now);
  void say(std::string_view text, Time now);

  // --- what VirtualPrinter shows
  [[nodiscard]] double hotend_now() const { return hotend.reading(cpu_); }
  [[nodiscard]] double bed_now() const { return bed.reading(cpu_); }
  const FirmwareTraits& traits;
  PrinterOptions options;  ///< only the habits change while it runs
  Transmitter transmitter;
  ReceiveRing ring;
  Heater hotend, bed;
  SdCard card;
  std::function<void(const Executed&)> observer;
  std::int64_t last_n = 0;  ///< gcode_LastN
  bool stopped = false;     ///< after a thermal fault
  MeatPack meatpack;
  bool homing_fails = false;
  int mishaps = 0;  ///< oks that went wrong, by its habits

 private:
  using Handler = void (FirmwareCore::*)();
  struct CommandRow {
    char letter;
    int code;
    int first_version;  ///< Prusa and Marlin have separate version tables
    Handler handler;
  };

  // --- the loop (firmware_core.cpp)
  [[nodiscard]] Time next_event();
  void step();
  void boot_again();
  void see_what_happened();
  void begin_boot(Time now, std::string_view cause, bool after_kill = false);
  void fire_timers();
  void start_command();
  void finish_command();
  void spend(std::int64_t microseconds) { cpu_ += Time(microseconds); }
  [[nodiscard]] bool is_prusa() const { return traits.family == Family::kPrusa; }
  [[nodiscard]] bool is_waiting() const { return wait_ != WaitKind::kNone; }
  [[nodiscard]] bool shows_busy() const;
  void forget_everything(Time now);

  // --- waiting (firmware_script.cpp)
  void then(WaitKind wait, Time duration, std::function<void()> act = {}, BusyText busy = BusyText::kProcessing);
  void wait_seconds(double seconds, std::function<void()> act = {}) {
    then(WaitKind::kTime, scaled(seconds), std::move(act));
  }
  void begin_next_step();
  void complete_wait();
  [[nodiscard]] Time wait_deadline();
  [[nodiscard]] bool wait_is_over();
  [[nodiscard]] Time heat_deadline(const Heater& heater, double window, double residency);
  void heating_tick();
  [[nodiscard]] Time scaled(double seconds) const;
  void drop_script();

  // --- receive path (firmware_reader.cpp)
  [[nodiscard]] bool may_read();
  void read_serial();
  void keep_char(char c);
  bool take_char_prusa(char c);
  bool take_char_marlin(char c);
  bool accept_line_prusa();
  bool accept_line_marlin();
  bool accept_line_marlin10();
  bool number_error(std::string_view what);
  void request_resend();
  void enqueue(std::string_view text, bool numbered, std::int64_t number);
  bool reject_without_checksum();
  void check_rx_timeout();
  void read_sd();
  void emergency_char(char c);

  // --- output (firmware_output.cpp)
  void print(std::string_view text);  ///< unchanged
  void line(std::string_view text);   ///< with the firmware's own line end
  void lf(std::string_view text);     ///< with LF: printf and puts lines
  void linef(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void lff(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void ok();
  void bare_ok();
  void acknowledge(std::string text);
  [[nodiscard]] bool mishap_happens();
  void chat();
  [[nodiscard]] std::string worded(std::string_view text);
  [[nodiscard]] bool answer_word_for_word();
  void unknown_command();
  void status_changed();
  void notify(std::string_view text);  ///< //action:notification
  void action(std::string_view what);
  void echo_enqueueing(std::string_view command);
  [[nodiscard]] std::string temperatures(bool report = false);
  [[nodiscard]] std::string temperatures_prusa();
  [[nodiscard]] std::string temperatures_marlin();
  [[nodiscard]] std::string position_line();
  [[nodiscard]] std::string fan_line();
  void print_position();
  void autoreport();
  void busy_line();

  // --- the command at the front of the queue
  [[nodiscard]] bool seen(char letter) const;
  [[nodiscard]] double value(char letter, double otherwise = 0) const;
  [[nodiscard]] std::string_view argument() const;  ///< the text after the command word
  [[nodiscard]] bool parse_code(std::string_view text);
  void execute();
  void build_tables();
  [[nodiscard]] static const std::vector<CommandRow>& prusa_commands();
  [[nodiscard]] static const std::vector<CommandRow>& marlin_commands();
  void execute_word();

  // --- motion (firmware_motion_commands.cpp)
  void g_move();
  void plan_move();
  void add_pending_move();
  void teleport();
  void limits();
  void g4_dwell();
  void g28_home();
  void g28_prusa();
  void g28_marlin();
  void g80_mesh();
  void g90_absolute();
  void g91_relative();
  void g92_position();
  void m82_e_absolute();
  void m83_e_relative();
  void m400_finish();
  void m220_speed();
  void m221_flow();
  void m410_quickstop();
  void m302_cold();
  void nothing() {}

  // --- heat and fans (firmware_heat_commands.cpp)
  void m104_hotend();
  void m140_bed();
  void m105_report();
  void m109_wait_hotend();
  void first_heating_line();
  void m190_wait_bed();
  void m106_fan();
  void m107_fan_off();
  void m155_autoreport();
  void m154_autoreport();
  void m301_pid();
  void m304_bed_pid();
  void m303_tune();

  // --- answers (firmware_query_commands.cpp)
  void m110_line_number();
  void m113_keepalive();
  void m114_position();
  void m115_identity();
  void m117_message();
  void m118_echo();
  void m119_endstops();
  void m123_fans();
  void m31_time();
  void m76_pause_timer();
  void m73_progress();
  void m78_statistics();
  void d3_eeprom();
  void m72_state();
  void m300_beep();
  void m310_model();
  void m500_store();
  void m501_load();
  void m503_settings();
  void m862_check();
  void m851_offset();
  void m900_advance();
  void m509_language();
  void m209_autoretract();
  void m860_wait_probe();
  void m861_probe_table();
  void t_tool();
  void prusa_word();
  void flood();
  void flood_on();

  // --- SD card (firmware_sd_commands.cpp)
  void m20_list();
  void m21_init();
  void m22_release();
  void m23_select();
  void m24_start();
  void m25_pause();
  void m26_seek();
  void m27_status();
  void m28_write();
  void m30_delete();
  void m524_abort();
  void write_to_file();
  void print_sd_status();
  void finish_sd_print();
  void select_file(std::string_view name);

  // --- pause, stop, user (firmware_pause_commands.cpp)
  void m0_stop();
  void m108_break();
  void m112_kill();
  void m600_change();
  void m600_prusa();
  void m600_marlin();
  void m601_pause();
  void m602_resume();
  void m603_stop();
  void m876_answer();
  void m999_restart();
  void kill(bool by_command);
  void save_print();
  void in_the_loop(Time now, std::function<void()> seen);
  void see_fault(SensorFault fault);
  void run_out_prusa();
  void mend_crash();
  void abandon_print();
  void restore_print();
  void acknowledge_discarded(int keep_front);
  void thermal_stop(std::string_view error, std::string_view prefix = "Error:");
  void thermal_model_tick();
  void park_and_wait(double parking, double unloading, std::string_view insert);
  void abort_sd_print();
  void prompt(std::string_view title, std::string_view first, std::string_view second = {});
  void end_prompt();
  void click();
  void answer(int button);

  // --- the machine's state
  std::mt19937_64 random_, mishap_random_;
  Time cpu_{};  ///< the main loop has run up to here
  Time booted_at_{};
  Time restarts_at_ = kNever;  ///< after a kill, if the firmware restarts itself
  bool on_ = false;
  bool halted_ = false;  ///< killed: nothing moves any more
  bool booting_ = false;
  bool input_blocked_ = false;                 ///< M303: its loop neither reads nor reports
  bool saving_ = false;                        ///< crash recovery: the serial line is not read
  std::vector<std::function<void()>> unseen_;  ///< events while the loop was stalled; a few
  CommandQueue queue_;
  Planner planner_;
  Mechanics mechanics_;

  /// Whose command is being answered: 'h' or 'a' as given to receive(), '-' for unsolicited text.
  char speaking_for_ = '-';

  // the running command
  bool running_ = false;
  bool popped_ = false;        ///< it removed itself from the queue
  bool unresponsive_ = false;  ///< it owes no ok
  QueuedCommand current_;
  char letter_ = 0;
  int code_ = -1;
  int subcode_ = -1;
  std::string_view arguments_;  ///< into current_

  std::deque<Step> script_;
  WaitKind wait_ = WaitKind::kNone;
  BusyText busy_text_ = BusyText::kProcessing;
  Time wait_until_{};
  std::function<void()> wait_then_;
  bool clicked_ = false;
  bool heat_cancelled_ = false;
  Time residency_since_ = kNever;
  Time heat_tick_{};
  Axes pending_move_{};
  Time pending_duration_{};
  std::optional<Drive> pending_drive_;

  // the receive path
  std::array<char, 128> partial_{};
  int partial_size_ = 0;
  char partial_origin_ = 'h';  ///< of its first character
  bool comment_ = false;       ///< comment_mode; Marlin 2.x: the rest of the line is ignored
  Time last_char_{};
  int emergency_state_ = 0;
  std::array<char, 12> emergency_{};
  int emergency_size_ = 0;
  bool numbered_came_ = false;
  std::size_t remark_ = 0;

  // motion
  Axes position_{};  ///< planned
  std::array<bool, 3> homed_{};
  double feedrate_ = 1500;  ///< mm per minute
  bool relative_ = false;
  bool e_relative_ = false;
  bool cold_allowed_ = false;
  bool autoretract_ = false;
  double speed_percent_ = 100;
  double flow_percent_ = 100;
  int fan_speed_ = 0;
  bool fan_stalled_ = false;  ///< the nozzle's

  // reports
  int report_mask_ = 1;
  Time report_period_{};
  Time report_next_ = kNever;
  Time position_period_{};
  Time position_next_ = kNever;
  Time fans_period_{};
  Time fans_next_ = kNever;
  Time sd_report_period_{};
  Time sd_report_next_ = kNever;
  Time busy_period_{};
  Time busy_next_ = kNever;
  Time chat_next_ = kNever;
  Time forged_ok_at_ = kNever;

  // queries
  std::array<int, 6> progress_{-1, -1, -1, -1, -1, -1};  ///< normal percent, minutes, change, then silent
  bool message_shown_ = false;                           ///< M117: its text stays on the display
  std::array<double, 3> pid_{16.13, 1.1625, 56.23};
  std::array<double, 3> bed_pid_{126.13, 4.30, 924.76};
  int active_tool_ = 0;

  // printing
  Time last_g_{-kNever.count() / 2};  ///< usb_timer: a host prints within ten seconds of a G
  bool paused_ = false;
  bool paused_host_ = false;
  bool paused_sd_ = false;
  std::int64_t saved_line_ = 0;
  Axes saved_position_{};
  Time sd_started_{};
  bool info_prompt_ = false;  ///< Marlin: an informational prompt is already on the host's screen
  Time model_next_ = kNever;  ///< the next "TM: error" line
  int model_lines_ = 0;
  Time mmu_gives_up_ = kNever;  ///< 3.9 searches for an MMU for thirty seconds
  bool modal_ = false;          ///< the display shows a screen that waits for a click

  std::array<Handler, 1000> m_{};
  std::array<Handler, 100> g_{};
};

}  // namespace sim
