// A printer as seen on its serial line: bytes in, bytes out, on a virtual clock. Used by the simulation, the end-to-end
// tests on a pty and the demo. Its specification is P 8 and protocol-marlin.md; the conformance test
// against tests/data/recordings shows how well it matches.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/clock.h"
#include "tests/sim/printer_habits.h"
#include "tests/sim/printer_planner.h"

namespace sim {

/// One line that the printer took out of its queue and executed.
struct Executed {
  std::string text;          ///< without number, checksum and terminator
  std::int64_t number = -1;  ///< N, or -1 for an unnumbered line
  bool from_sd = false;
  Time at{};
};

struct PrinterOptions {
  std::uint64_t seed = 1;      ///< for the small variations of a real printer
  double speed = 1.0;          ///< 10: moves, dwells and heating take a tenth of their time; the wire is not faster
  bool wire_paced = true;      ///< output takes 86.8 us a byte (115200 baud) and blocks the main loop meanwhile
  bool accelerates = false;    ///< moves last as the firmware's planner makes them; else distance by feedrate
  bool instant_moves = false;  ///< moves take no time: the serial line is the only limit
  bool paced_input = false;    ///< bytes given to receive() follow each other at wire speed from then on
  std::map<std::string, std::string>
      sd_files;                       ///< short name (8.3, upper case, "DIR/NAME.GCO") -> content; empty: no card
  std::vector<std::string> sd_order;  ///< short names in directory order; others follow alphabetically
  bool blank_eeprom = false;          ///< Prusa's banner contains "Hardcoded Default Settings Loaded"
  bool sd_write_protected = false;    ///< M28 and M30 fail, as in the recordings of Prusa
  std::map<std::string, std::string> sd_long_names;  ///< short name -> long name, where it has one
  PrinterHabits habits;                              ///< a persona has its own
};

/// A fault of a temperature sensor. kRepaired repairs all of them.
enum class SensorFault : std::uint8_t { kHotendOpen, kHotendShort, kBedOpen, kThermalModel, kRepaired };

class VirtualPrinter {
 public:
  /// `firmware`: a name from firmware_names(), for example "prusa-3.13", or of a persona, for example "ender-3-v2".
  /// Throws std::invalid_argument on others.
  VirtualPrinter(std::string_view firmware, PrinterOptions options);
  ~VirtualPrinter();
  VirtualPrinter(VirtualPrinter&&) noexcept;

  /// "prusa-3.9", "prusa-3.13", "prusa-3.14", "marlin-1.0", "marlin-1.1.9", "marlin-2.1.2-plain" (recordings A),
  /// "marlin-2.1.2-modern" (B), "marlin-2.1.2-advanced-ok" (C).
  [[nodiscard]] static std::vector<std::string> firmware_names();
  [[nodiscard]] static std::vector<std::string> persona_names();

  /// Bytes arrive at the receive ring at `now`, all in one instant (beyond 127 some are lost), or from `now` on at wire
  /// speed with PrinterOptions::paced_input, which needs only one event per line.
  /// `origin` is stored with every line and every answer to it: 'h' for the host, 'a' for the agent.
  void receive(std::string_view bytes, Time now, char origin = 'h');
  /// Runs the main loop up to `now`. Never goes back.
  void advance(Time now);
  /// The instant of the next event without further input (a byte sent, a line due), or kNever.
  [[nodiscard]] Time deadline() const;
  /// Everything sent up to the last advance() and not taken yet.
  [[nodiscard]] std::string take_output();
  /// For each byte of the last take_output(): whose command it answers, or '-' for unsolicited text.
  [[nodiscard]] const std::string& taken_origins() const;

  // --- external events
  void power_on(Time now);         ///< boots: `start`, banner
  void reset(Time now);            ///< as by DTR
  void power_panic(Time now);      ///< INT4
  void open_thermistor(Time now);  ///< MINTEMP, then Stopped
  void break_sensor(SensorFault fault, Time now);
  /// External physics: the temperature is this now and drifts so many degrees a second until the next call.
  void set_temperatures(double hotend, double bed, Time now, double hotend_drift = 0, double bed_drift = 0);
  void stall_fan(Time now);                   ///< the nozzle's fan stops
  void say(std::string_view text, Time now);  ///< a line of its own, with the firmware's line end
  void fail_next_homing();                    ///< Marlin: "echo:Homing Failed", then kill
  void run_out_of_filament(Time now);
  void crash(Time now);                                  ///< crash detection on Prusa; nothing elsewhere
  void press_knob(Time now);                             ///< answers "paused for user"
  void stall(Time now, Time duration);                   ///< the main loop hangs; the ring still fills
  void start_sd_print(std::string_view name, Time now);  ///< from the LCD

  // --- for tests
  [[nodiscard]] PrinterHabits& habits();  ///< a scenario changes them while the printer runs
  void on_executed(std::function<void(const Executed&)> observer);
  [[nodiscard]] double hotend_celsius() const;
  [[nodiscard]] double bed_celsius() const;
  [[nodiscard]] std::int64_t last_line_number() const;
  /// Serial lines are discarded without an answer: Prusa from 3.12 on after a thermal fault. (A stopped Marlin
  /// answers.)
  [[nodiscard]] bool is_stopped() const;
  [[nodiscard]] bool is_meatpack_on() const;
  [[nodiscard]] bool is_uploading() const;  ///< between M28 and M29
  [[nodiscard]] bool is_booting() const;    ///< until the end of the boot text
  /// N of the line that a power cut would interrupt now: of the move that runs, else of the command that runs or is next.
  [[nodiscard]] std::int64_t interrupted_line() const;
  /// When the planner ran empty and the next move came, since the last call, unless a command emptied it.
  [[nodiscard]] std::vector<DrySpell> take_dry_spells();
  /// Commands of that origin on the wire, in the ring, in the queue or running.
  [[nodiscard]] int commands_of(char origin) const;
  [[nodiscard]] bool is_silent() const;            ///< no byte is on its way out
  [[nodiscard]] int mishaps() const;               ///< oks that went wrong, by its habits
  [[nodiscard]] int receive_room(Time now);        ///< bytes that receive() would not lose; for hosts with flow control
  [[nodiscard]] std::uint64_t bytes_lost() const;  ///< ring overflow
  [[nodiscard]] std::uint64_t commands_flushed() const;  ///< lines discarded with the ring by a Resend
  [[nodiscard]] const std::map<std::string, std::string>& sd_files() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim
