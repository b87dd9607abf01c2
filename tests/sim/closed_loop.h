// The closed loop: a virtual host, the real LineRelay, a virtual printer, and a link between each pair that delays,
// splits and corrupts bytes, all on one virtual clock. After every step the invariants of the design are checked
// against the truth: the printer model knows for every byte that it prints whose command caused it. A run is a function
// of its seed; a failing run reports the rule and the time, and can write a recording.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gcode/printer/link_counters.h"
#include "gcode/relay/relay_settings.h"
#include "gcode/relay/stream_position.h"
#include "tests/sim/clock.h"
#include "tests/sim/printer_habits.h"

namespace sim {

/// What happens to a run besides printing. Rates are per byte; a time of zero: never.
struct Faults {
  double to_printer_noise = 0;  ///< corrupted, lost or doubled bytes
  double from_printer_noise = 0;
  Time reset_at{};       ///< the printer restarts
  Time panic_at{};       ///< INT4
  Time thermistor_at{};  ///< thermal stop
  Time runout_at{};
  Time stall_at{};  ///< the printer's main loop hangs for `stall_for`
  Time stall_for{};
  double torn_lines = 0;  ///< probability that a line of temperatures, position or fans arrives in two parts ...
  Time torn_for{};        ///< ... this far apart: USB, or the agent's machine, stalls
  Time unplug_at{};       ///< the device disappears for 3 s
  Time host_leaves_at{};  ///< the host closes the port
  Time host_sleeps_at{};  ///< the host does not read for `host_sleeps_for`
  Time host_sleeps_for{};
  Time emergency_at{};  ///< the user presses emergency stop
  Time typed_at{};      ///< the user sends `typed`
  std::string typed;
  Time knob_at{};  ///< the user clicks

  [[nodiscard]] bool corrupts_bytes() const { return to_printer_noise > 0 || from_printer_noise > 0; }
  /// Whether a run with these faults is expected to print everything.
  [[nodiscard]] bool end_the_print() const;
};

/// In a print more often than by default: each query is a chance to disturb it.
[[nodiscard]] inline gcode::relay::RelaySettings often_asked() {
  gcode::relay::RelaySettings settings;
  settings.printing_temperature_period = std::chrono::seconds(2);
  return settings;
}

struct LoopScenario {
  std::uint64_t seed = 1;
  std::string firmware = "prusa-3.13";
  std::string host = "octoprint";
  bool host_asks_temperature = true;  ///< Cura-like only
  std::vector<std::string> print;
  bool instant_moves = false;
  double speed = 20;
  gcode::relay::RelaySettings settings = often_asked();
  Faults faults;
  PrinterHabits habits;
  Time connect_at = std::chrono::seconds(12);  ///< by then the agent has identified the printer
  Time limit = std::chrono::minutes(20);       ///< virtual time after which a print counts as hung
  bool restore_state = false;                  ///< serialize and restore the state between any two steps
  double kill_chance = 0;  ///< of the agent's process, at each point where a kill can happen: see CrashInjectingRelay
  bool trace = false;      ///< print each piece that passes, with whose it is: h host, a agent, - the printer's own
  bool bytewise = false;   ///< feed every byte separately
};

/// What the printer's restart, or the loss of its device, cut off.
struct Interruption {
  bool in_print = false;           ///< for the agent
  std::int64_t line = -1;          ///< N of the line that was interrupted
  std::vector<std::string> lines;  ///< that the printer had begun before, by N; empty: none of that number
};

struct LoopResult {
  std::vector<std::string> violations;  ///< empty: every invariant held
  bool print_done = false;
  bool fails_without_agent = false;
  bool host_overran = false;  ///< the host overran the printer's buffer, long after the agent's last query
  std::string host_failure;
  Time duration{};
  std::uint64_t kills = 0;
  std::uint64_t injected_lines = 0;
  std::uint64_t injected_lines_in_print = 0;
  std::uint64_t mistakes = 0;  ///< host answers withheld soon after a corrupted byte: a consequence of the noise
  std::uint64_t corrupted_bytes = 0;
  std::uint64_t leaks = 0;    ///< answers to the agent that the host saw; allowed only where bytes were corrupted
  Time oldest_temperature{};  ///< during the print, after its heat-up
  Time longest_starvation{};  ///< see LoopStarvation
  std::string recording;      ///< JSON lines of the printer's side
  std::string host_saw;       ///< every byte that the host read
  gcode::printer::LinkCounters counters;
  Interruption interruption;
  gcode::relay::StreamPosition stream_position;  ///< as the agent knows it
};

/// Runs one scenario to its end.
[[nodiscard]] LoopResult run_loop(const LoopScenario& scenario);

/// As run_loop(), but a print that does not end in the pass-through either (an incompatible host and firmware, a lost
/// ok) is not attributed to the agent.
[[nodiscard]] LoopResult oracle_loop(const LoopScenario& scenario);

/// The scenario of a seed: host, firmware, print, settings and faults drawn from it.
/// `mishaps`: with an ok that goes wrong, in some of those with habits.
[[nodiscard]] LoopScenario draw_scenario(std::uint64_t seed, bool mishaps = false);

/// One line: everything that was drawn, for the report of a failing seed.
[[nodiscard]] std::string describe(const LoopScenario& scenario);

}  // namespace sim
