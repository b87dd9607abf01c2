#include "tests/sim/print_story.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "gcode/line_relay.h"
#include "gcode/print_rules.h"
#include "gcode/relay_state.h"
#include "tests/sim/host_base.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"

namespace sim {
namespace {

using gcode::PrintResult;

constexpr int kMoves = 60;
constexpr int kFateAtMove = 20;
constexpr double kExtruded = 0.05;
constexpr gcode::EnumArray<Fate, const char*> kFateWords{
    "nothing",    "pause",       "cancel", "stop at the printer", "reset",
    "thermistor", "power panic", "unplug", "emergency stop",      "host leaves"};

/// Some files tell their progress, some end without switching the motors off.
std::vector<std::string> print_of(const Story& story) {
  Dice dice(story.seed);
  const bool tells_progress = dice.one_in(2);
  std::vector<std::string> lines{"G90", "M83", "M104 S60", "M140 S40", "M190 S40", "M109 S60", "G28 W"};
  for (int i = 0; i < kMoves; ++i) {
    if (tells_progress && i % 10 == 0) lines.push_back("M73 P" + std::to_string(i * 100 / kMoves) + " R3");
    lines.push_back("G1 X" + std::to_string(10 + i % 30) + " Y" + std::to_string(20 + i % 7) + " E0.05 F1200");
  }
  if (tells_progress) lines.emplace_back("M73 P100 R0");
  for (const char* line : {"G1 E-1 F2100", "M104 S0", "M140 S0", "M107"}) lines.emplace_back(line);
  if (dice.one_in(2)) lines.emplace_back("M84");
  return lines;
}

bool is_from_card(const Story& story) { return story.host == "card" || story.host == "menu"; }

class Stage {
 public:
  explicit Stage(const Story& story)
      : story_(story),
        memory_(std::make_unique<Memory>()),
        state_(std::make_unique<gcode::LineRelay::State>()),
        relay_({}, {memory_->from_host, memory_->from_printer, memory_->to_host}, *state_),
        printer_(story.firmware, printer_options(story)),
        host_(make_host(is_from_card(story) ? "terminal" : story.host, host_options(story))) {
    printer_.on_executed([this](const Executed& executed) {
      if (executed.text.find(" E0.05") != std::string::npos) ++moves_;
    });
  }

  StoryEnd run() {
    relay_.printer_opened(now_);
    printer_.power_on(now_);
    run_until(now_ + 25s);
    if (story_.host != "menu" || story_.seed % 2 == 0) open_host();
    if (is_from_card(story_)) start_from_card();
    run_while([this] { return moves_ < kFateAtMove; }, 10min);
    end_.happened = relay_.prints().is_printing();
    meet_fate();
    run_while([this] { return relay_.prints().is_printing(); }, 5min);
    run_until(now_ + 15s);
    // A host that gets stuck on this firmware by itself has not completed its print, whatever the agent thinks.
    const bool to_its_end = story_.fate == Fate::kNothing || story_.fate == Fate::kPause;
    if (to_its_end && moves_ < kMoves) end_.happened = false;
    return judged();
  }

 private:
  struct Memory {
    std::array<char, gcode::RelayMemory::kFromHost> from_host;
    std::array<char, gcode::RelayMemory::kFromPrinter> from_printer;
    std::array<char, gcode::RelayMemory::kToHost> to_host;
  };
  static PrinterOptions printer_options(const Story& story) {
    PrinterOptions options;
    options.seed = story.seed;
    options.speed = 4;
    options.paced_input = true;
    std::string file;
    for (const std::string& line : print_of(story)) file += line + "\n";
    options.sd_files = {{"TEST.GCO", file}};
    return options;
  }
  static HostOptions host_options(const Story& story) {
    HostOptions options;
    options.seed = story.seed;
    if (!is_from_card(story)) options.print = print_of(story);
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
    if (story_.host == "menu") return printer_.start_sd_print("TEST.GCO", now_);
    typed("M21");
    typed("M23 TEST.GCO");
    typed("M24");
  }

  void meet_fate();
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
  StoryEnd judged();

  const Story& story_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<gcode::LineRelay::State> state_;
  gcode::LineRelay relay_;
  VirtualPrinter printer_;
  std::unique_ptr<VirtualHost> host_;
  Time now_ = 100s;
  bool host_open_ = false, plugged_ = true;
  int moves_ = 0;
  StoryEnd end_;
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
  if (is_from_card(story_)) typed("M25");
  else host_->pause(now_);
  run_until(now_ + 60s);
  end_.paused_seconds = std::chrono::duration<double>(now_ - before).count() - 15;
  if (is_from_card(story_)) typed("M24");
  else host_->resume(now_);
}

void Stage::cancel() {
  if (is_from_card(story_)) return stop_at_printer();
  host_->cancel(now_);
  run_until(now_ + 30s);
  close_host(false);
}

void Stage::stop_at_printer() {
  if (story_.firmware.starts_with("prusa")) typed("M603");
  else typed("M524");
}

void Stage::meet_fate() {
  switch (story_.fate) {
    case Fate::kNothing: break;
    case Fate::kPause: pause(); break;
    case Fate::kCancel: cancel(); break;
    case Fate::kMenuStop: stop_at_printer(); break;
    case Fate::kReset: printer_.reset(now_); break;
    case Fate::kThermistor: printer_.open_thermistor(now_); break;
    case Fate::kPowerPanic: printer_.power_panic(now_); break;
    case Fate::kUnplug:
      plugged_ = false;
      relay_.printer_lost(now_);
      close_host(true);
      break;
    case Fate::kEmergency: host_->emergency_stop(now_); break;
    case Fate::kHostLeaves: close_host(false); break;
    case Fate::kCount: break;
  }
}

StoryEnd Stage::judged() {
  const gcode::PrintWatch& prints = relay_.prints();
  end_.started = prints.started();
  end_.commanded_mm = kMoves * kExtruded;
  if (prints.started() == 0 || prints.is_printing()) return end_;
  const gcode::PrintJob& job = prints.last();
  end_.result = job.result;
  end_.why = gcode::print_rules()[job.rule].why;
  end_.left_out_seconds = std::chrono::duration<double>(job.ended - job.began - job.elapsed).count();
  end_.extruded_mm = job.extruded_mm;
  return end_;
}

/// A card's print without a host can be stopped and paused at the printer only, and this model has no menu for it.
bool makes_sense(const Story& story) {
  const bool prusa = story.firmware.starts_with("prusa");
  if (story.host == "prusalink" && (!prusa || story.firmware == "prusa-3.9")) return false;
  if (is_from_card(story)) {
    const bool has_card = prusa || story.firmware == "marlin-2.1.2-advanced-ok";
    const bool fits = story.fate == Fate::kNothing || story.fate == Fate::kReset ||
                      (story.host == "card" && (story.fate == Fate::kMenuStop || story.fate == Fate::kPause));
    if (!has_card || !fits || (story.host == "menu" && !prusa)) return false;
    // Marlin with a parking nozzle waits for a click after M25.
    return prusa || story.fate != Fate::kPause;
  }
  if (story.fate == Fate::kMenuStop || story.fate == Fate::kPowerPanic) return prusa;
  // The first Marlin knows neither M110 without a number nor a way out of its thermal stop that a host could see.
  return story.firmware != "marlin-1.0" || story.fate != Fate::kThermistor;
}

}  // namespace

Story draw_story(std::uint64_t seed) {
  static const std::vector<std::string> kHosts{"octoprint", "printrun", "prusalink", "cura", "octoprint",
                                               "printrun",  "cura",     "card",      "menu"};
  const auto firmwares = VirtualPrinter::firmware_names();
  Dice dice(seed * 77 + 5);
  Story story;
  story.seed = seed;
  do {
    story.firmware = firmwares[static_cast<std::size_t>(dice.between(0, static_cast<int>(firmwares.size()) - 1))];
    story.host = kHosts[static_cast<std::size_t>(dice.between(0, static_cast<int>(kHosts.size()) - 1))];
    story.fate = static_cast<Fate>(dice.between(0, static_cast<int>(Fate::kCount) - 1));
  } while (!makes_sense(story));
  return story;
}

std::optional<PrintResult> truth_of(const Story& story) {
  switch (story.fate) {
    case Fate::kNothing:
    case Fate::kPause: return PrintResult::kCompleted;
    case Fate::kCancel:
    case Fate::kMenuStop: return PrintResult::kCancelled;
    default: return PrintResult::kFailed;
  }
}

StoryEnd run_story(const Story& story) { return Stage(story).run(); }

std::string describe(const Story& story) {
  return "seed " + std::to_string(story.seed) + ": " + story.host + " | " + story.firmware + " | " +
         kFateWords[story.fate];
}

}  // namespace sim
