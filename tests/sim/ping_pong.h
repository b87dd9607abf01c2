// A virtual printer, the real LineRelay, and a host that sends a line, waits for its ok and asks nothing, on one virtual
// clock. It counts what the agent must not change: the oks of the host, lines that the host did not ask for, waits.
//
//   PingPong line("ender-3-v2");  line.power_on();  line.pass(25s);  line.open_host();  line.begin_print();
//   line.moves(60);  CHECK(line.seen().oks == line.seen().sent);
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"
#include "tests/sim/clock.h"
#include "tests/sim/relay_buffers.h"
#include "tests/sim/virtual_printer.h"

namespace sim {

class PingPong {
 public:
  /// What has happened on the line so far.
  struct Seen {
    std::size_t sent = 0, oks = 0;                      ///< lines of the host; oks that it read
    std::size_t long_waits = 0;                         ///< lines that the agent held for longer than 0.4 s
    std::string foreign;                                ///< lines at the host that it did not ask for
    std::size_t foreign_lines = 0;                      ///< the same, counted
    std::map<std::string, std::size_t> asked;           ///< lines of the agent, by their first word
    std::map<std::string, std::size_t> asked_in_print;  ///< those while a print was open
    std::optional<Time> introduced;                     ///< the first M115, from power_on()
    Time oldest_temperature{};                          ///< while a print was running
  };

  explicit PingPong(std::string_view firmware, const gcode::relay::RelaySettings& settings = {});

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] const Seen& seen() const { return seen_; }
  gcode::relay::LineRelay& agent() { return relay_; }
  VirtualPrinter& printer() { return printer_; }

  // --- the printer
  void power_on();
  void reset() { printer_.reset(now_); }
  void says(std::string_view bytes);  ///< besides what its firmware prints
  void unplug();                      ///< the host's port goes with the device
  void plug_in();                     ///< the printer restarts

  // --- the host
  void open_host();
  void close_host();
  void end_lines_with(std::string_view end) { line_end_ = end; }
  void ask_after(Time patience) { asks_after_ = patience; }  ///< M105, if an ok does not come for so long
  /// Sends a line and waits for its ok, at most three minutes. False: none came.
  bool say(std::string_view line);
  bool say_numbered(std::string_view text);
  /// Homed, 200 degrees, relative E.
  void begin_print();
  /// Moves of 10 mm in x with 0.5 mm of filament, half a second each; `behind` follows each on its line.
  void moves(int count, std::string_view behind = {});

  void pass(Time duration);

 private:
  struct Passed {
    std::string line;
    char origin;
  };

  bool wait_for_ok();
  void run(Time until, bool stops_at_ok);
  void step();
  void write(const std::string& line);
  void hear_printer(std::string_view bytes, std::string_view origins);
  void pass_to_printer();
  void read_host();
  void host_line(const std::string& line);
  [[nodiscard]] bool is_foreign(const std::string& line);

  std::unique_ptr<RelayBuffers> memory_ = std::make_unique<RelayBuffers>();
  std::unique_ptr<gcode::relay::RelayState> state_ = std::make_unique<gcode::relay::RelayState>();
  gcode::relay::LineRelay relay_;
  VirtualPrinter printer_;
  Seen seen_;
  Time now_{}, powered_at_{}, said_at_{};
  Time asks_after_ = kNever;
  bool plugged_ = false, host_open_ = false;
  std::string line_end_ = "\n";
  std::string partial_, host_partial_;  ///< of the printer's line, of the host's
  std::deque<Passed> recent_;           ///< the printer's lines and whose they are
  std::string last_numbered_;
  int number_ = 0, waiting_ = 0, moves_ = 0;
};

}  // namespace sim
