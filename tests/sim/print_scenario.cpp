#include "tests/sim/print_scenario.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "gcode/printer/print_rules.h"
#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"
#include "tests/sim/host_base.h"
#include "tests/sim/relay_buffers.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"

namespace sim {
namespace {

using gcode::printer::PrintResult;

constexpr int kMoves = 60;
constexpr int kOutcomeAtMove = 20;
constexpr double kExtruded = 0.05;
constexpr gcode::line::EnumArray<PrintOutcome, const char*> kScenarioOutcomeWords{
    "nothing",    "pause",       "cancel", "stop at the printer", "reset",
    "thermistor", "power panic", "unplug", "emergency stop",      "host leaves"};

/// Some files report their progress, some end without switching the motors off.
std::vector<std::string> print_of(const PrintScenario& scenario) {
  Dice dice(scenario.seed);
  const bool reports_progress_lines = dice.one_in(2);
  std::vector<std::string> lines{"G90", "M83", "M104 S60", "M140 S40", "M190 S40", "M109 S60", "G28 W"};
  for (int i = 0; i < kMoves; ++i) {
    if (reports_progress_lines && i % 10 == 0) lines.push_back("M73 P" + std::to_string(i * 100 / kMoves) + " R3");
    lines.push_back("G1 X" + std::to_string(10 + i % 30) + " Y" + std::to_string(20 + i % 7) + " E0.05 F1200");
  }
  if (reports_progress_lines) lines.emplace_back("M73 P100 R0");
  for (const char* line : {"G1 E-1 F2100", "M104 S0", "M140 S0", "M107"}) lines.emplace_back(line);
  if (dice.one_in(2)) lines.emplace_back("M84");
  return lines;
}

bool is_from_card(const PrintScenario& scenario) { return scenario.host == "card" || scenario.host == "menu"; }

class Stage {
 public:
  explicit Stage(const PrintScenario& scenario)
      : scenario_(scenario),
        memory_(std::make_unique<RelayBuffers>()),
        state_(std::make_unique<gcode::relay::RelayState>()),
        relay_({}, memory_->memory(), *state_),
        printer_(scenario.firmware, printer_options(scenario)),
        host_(make_host(is_from_card(scenario) ? "terminal" : scenario.host, host_options(scenario))) {
    printer_.on_executed([this](const Executed& executed) {
      if (executed.text.find(" E0.05") != std::string::npos) ++moves_;
    });
  }

  PrintScenarioEnd run() {
    relay_.printer_opened(now_);
    printer_.power_on(now_);
    run_until(now_ + 25s);
    if (scenario_.host != "menu" || scenario_.seed % 2 == 0) open_host();
    if (is_from_card(scenario_)) start_from_card();
    run_while([this] { return moves_ < kOutcomeAtMove; }, 10min);
    end_.happened = relay_.prints().is_printing();
    meet_outcome();
    run_while([this] { return relay_.prints().is_printing(); }, 5min);
    run_until(now_ + 15s);
    // A host that hangs on this firmware by itself has not completed its print, whatever the agent reports.
    const bool to_its_end = scenario_.outcome == PrintOutcome::kNothing || scenario_.outcome == PrintOutcome::kPause;
    if (to_its_end && moves_ < kMoves) end_.happened = false;
    return checked();
  }

 private:
  static PrinterOptions printer_options(const PrintScenario& scenario) {
    PrinterOptions options;
    options.seed = scenario.seed;
    options.speed = 4;
    options.paced_input = true;
    std::string file;
    for (const std::string& line : print_of(scenario)) file += line + "\n";
    options.sd_files = {{"TEST.GCO", file}};
    return options;
  }
  static HostOptions host_options(const PrintScenario& scenario) {
    HostOptions options;
    options.seed = scenario.seed;
    if (!is_from_card(scenario)) options.print = print_of(scenario);
    return options;
  }

  void open_host() {
    host_open_ = true;
    relay_.host_opened(now_);
    host_->connect(now_);
    run_until(now_ + 2s);
  }
  void close_host(bool gone) {
    if (!host_open_) return;
    gone ? host_->hang_up(now_) : host_->leave(now_);
    if (!gone) relay_.feed_host(host_->take_output(), now_);
    host_open_ = false;
    relay_.host_closed(now_);
  }
  void typed(const char* line) {
    if (host_open_) host_->command(line, now_);
    run_until(now_ + 3s);
  }
  void start_from_card() {
    if (scenario_.host == "menu") return printer_.start_sd_print("TEST.GCO", now_);
    typed("M21");
    typed("M23 TEST.GCO");
    typed("M24");
  }

  void meet_outcome();
  void pause();
  void cancel();
  void stop_at_printer();
  void run_until(Time end);
  void run_while(const std::function<bool()>& goes_on, Time longest) {
    const Time end = now_ + longest;
    while (goes_on() && now_ < end) step(end);
  }
  void step(Time end);
  bool pump();
  PrintScenarioEnd checked();

  const PrintScenario& scenario_;
  std::unique_ptr<RelayBuffers> memory_;
  std::unique_ptr<gcode::relay::RelayState> state_;
  gcode::relay::LineRelay relay_;
  VirtualPrinter printer_;
  std::unique_ptr<VirtualHost> host_;
  Time now_ = 100s;
  bool host_open_ = false, plugged_ = true;
  int moves_ = 0;
  PrintScenarioEnd end_;
};

bool Stage::pump() {
  bool moved = false;
  if (host_open_) {
    if (const std::string out = host_->take_output(); !out.empty()) {
      relay_.feed_host(out, now_);
      moved = true;
    }
    if (!host_->is_port_open()) {
      host_open_ = false;
      relay_.host_closed(now_);
    }
  }
  const auto pieces = relay_.to_printer();
  if (const std::string out = std::string(pieces[0]) + std::string(pieces[1]); !out.empty()) {
    relay_.printer_took(out.size(), now_);
    if (plugged_) printer_.receive(out, now_);
    moved = true;
  }
  if (const std::string out = printer_.take_output(); plugged_ && !out.empty()) {
    relay_.feed_printer(out, now_);
    moved = true;
  }
  const auto for_host = relay_.to_host();
  if (const std::string out = std::string(for_host[0]) + std::string(for_host[1]); !out.empty()) {
    relay_.host_took(out.size(), now_);
    if (host_open_) host_->receive(out, now_);
    moved = true;
  }
  return moved;
}

void Stage::step(Time end) {
  Time next = std::min({relay_.deadline(), printer_.deadline(), host_open_ ? host_->deadline() : kNever, end});
  now_ = std::max(now_ + 10us, next);
  printer_.advance(now_);
  if (host_open_ && now_ >= host_->deadline()) host_->advance(now_);
  if (now_ >= relay_.deadline()) relay_.tick(now_);
  while (pump()) {}
}

void Stage::run_until(Time end) {
  while (now_ < end) step(end);
}

void Stage::pause() {
  const Time before = now_;
  if (is_from_card(scenario_)) typed("M25");
  else host_->pause(now_);
  run_until(now_ + 60s);
  end_.paused_seconds = std::chrono::duration<double>(now_ - before).count() - 15;
  if (is_from_card(scenario_)) typed("M24");
  else host_->resume(now_);
}

void Stage::cancel() {
  if (is_from_card(scenario_)) return stop_at_printer();
  host_->cancel(now_);
  run_until(now_ + 30s);
  close_host(false);
}

void Stage::stop_at_printer() {
  if (scenario_.firmware.starts_with("prusa")) typed("M603");
  else typed("M524");
}

void Stage::meet_outcome() {
  switch (scenario_.outcome) {
    case PrintOutcome::kNothing: break;
    case PrintOutcome::kPause: pause(); break;
    case PrintOutcome::kCancel: cancel(); break;
    case PrintOutcome::kMenuStop: stop_at_printer(); break;
    case PrintOutcome::kReset: printer_.reset(now_); break;
    case PrintOutcome::kThermistor: printer_.open_thermistor(now_); break;
    case PrintOutcome::kPowerPanic: printer_.power_panic(now_); break;
    case PrintOutcome::kUnplug:
      plugged_ = false;
      relay_.printer_lost(now_);
      close_host(true);
      break;
    case PrintOutcome::kEmergency: host_->emergency_stop(now_); break;
    case PrintOutcome::kHostLeaves: close_host(false); break;
    case PrintOutcome::kCount: break;
  }
}

PrintScenarioEnd Stage::checked() {
  const gcode::printer::PrintWatch& prints = relay_.prints();
  end_.started = prints.started();
  end_.commanded_mm = kMoves * kExtruded;
  if (prints.started() == 0 || prints.is_printing()) return end_;
  const gcode::printer::PrintJob& job = prints.last();
  end_.result = job.result;
  end_.why = gcode::printer::print_rules()[job.rule].why;
  end_.left_out_seconds = std::chrono::duration<double>(job.ended - job.began - job.elapsed).count();
  end_.extruded_mm = job.extruded_mm;
  return end_;
}

/// An SD print without a host can be stopped and paused at the printer only, and this model has no menu for it.
bool makes_sense(const PrintScenario& scenario) {
  const bool prusa = scenario.firmware.starts_with("prusa");
  if (scenario.host == "prusalink" && (!prusa || scenario.firmware == "prusa-3.9")) return false;
  if (is_from_card(scenario)) {
    const bool has_card = prusa || scenario.firmware == "marlin-2.1.2-advanced-ok";
    const bool fits = scenario.outcome == PrintOutcome::kNothing || scenario.outcome == PrintOutcome::kReset ||
                      (scenario.host == "card" &&
                       (scenario.outcome == PrintOutcome::kMenuStop || scenario.outcome == PrintOutcome::kPause));
    if (!has_card || !fits || (scenario.host == "menu" && !prusa)) return false;
    // Marlin with a parking nozzle waits for a click after M25.
    return prusa || scenario.outcome != PrintOutcome::kPause;
  }
  if (scenario.outcome == PrintOutcome::kMenuStop || scenario.outcome == PrintOutcome::kPowerPanic) return prusa;
  // Marlin 1.0 knows no M110 without a number, and a host cannot see how its thermal stop ends.
  return scenario.firmware != "marlin-1.0" || scenario.outcome != PrintOutcome::kThermistor;
}

}  // namespace

PrintScenario draw_print_scenario(std::uint64_t seed) {
  static const std::vector<std::string> kHosts{"octoprint", "printrun", "prusalink", "cura", "octoprint",
                                               "printrun",  "cura",     "card",      "menu"};
  const auto firmwares = VirtualPrinter::firmware_names();
  Dice dice(seed * 77 + 5);
  PrintScenario scenario;
  scenario.seed = seed;
  do {
    scenario.firmware = firmwares[static_cast<std::size_t>(dice.between(0, static_cast<int>(firmwares.size()) - 1))];
    scenario.host = kHosts[static_cast<std::size_t>(dice.between(0, static_cast<int>(kHosts.size()) - 1))];
    scenario.outcome = static_cast<PrintOutcome>(dice.between(0, static_cast<int>(PrintOutcome::kCount) - 1));
  } while (!makes_sense(scenario));
  return scenario;
}

std::optional<PrintResult> truth_of(const PrintScenario& scenario) {
  switch (scenario.outcome) {
    case PrintOutcome::kNothing:
    case PrintOutcome::kPause: return PrintResult::kCompleted;
    case PrintOutcome::kCancel:
    case PrintOutcome::kMenuStop: return PrintResult::kCancelled;
    default: return PrintResult::kFailed;
  }
}

PrintScenarioEnd run_print_scenario(const PrintScenario& scenario) { return Stage(scenario).run(); }

std::string describe(const PrintScenario& scenario) {
  return "seed " + std::to_string(scenario.seed) + ": " + scenario.host + " | " + scenario.firmware + " | " +
         kScenarioOutcomeWords[scenario.outcome];
}

}  // namespace sim
