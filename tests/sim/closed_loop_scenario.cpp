// The scenario of a seed. Uniform draws: every host is combined with every firmware, half of the runs have no fault at
// all, the other half one or several. One in fifty is a long print.
#include <array>
#include <random>

#include "tests/sim/closed_loop.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  int number(int from, int to) { return std::uniform_int_distribution<>(from, to)(random_); }
  Time time(Time from, Time to) {
    return Time(std::uniform_int_distribution<std::int64_t>(from.count(), to.count())(random_));
  }
  template <class Item>
  const Item& of(const std::vector<Item>& items) {
    return items[static_cast<std::size_t>(number(0, static_cast<int>(items.size()) - 1))];
  }

 private:
  std::mt19937_64 random_;
};

// Commands between the moves of a sliced file, and those that users and plugins add.
std::string odd_line(Draw& draw) {
  // clang-format off
  static const std::vector<std::string> kLines{
      "M105",        "M117 layer 7",  "M73 P10 R20",    "M106 S128",    "M107",     "; a comment",  "",
      "M220 S95",    "M221 S98",      "G4 P300",        "M114",         "M301",     "T0",           "M400",
      "M204 S1000",  "G92 E0",        "M104 S205",      "M140 S55",     "M999999",  "M115",         "M113 S2",
      "G1 X5 Y5 ; to the corner",     "M73 Q5 S30",     "M84",          "M900 K0"};
  // clang-format on
  return draw.of(kLines);
}

std::vector<std::string> draw_print(Draw& draw) {
  std::vector<std::string> lines{"M73 P0 R5", "G90", "M83", "M104 S60", "M140 S40"};
  if (draw.chance(0.5)) lines.insert(lines.end(), {"M190 S40", "M109 S60"});
  if (draw.chance(0.5)) lines.emplace_back("G28 W");
  const int moves = draw.number(30, 160);
  const bool long_moves = draw.chance(0.2);
  for (int i = 0; i < moves; ++i) {
    lines.push_back("G1 X" + std::to_string(10 + (i * 7) % 90) + ".25 Y" + std::to_string(20 + (i * 3) % 80) +
                    " E.03 F" + std::to_string(long_moves ? 1200 : 6000));
    if (draw.chance(0.12)) lines.push_back(odd_line(draw));
  }
  lines.insert(lines.end(), {"M73 P100 R0", "M104 S0", "M140 S0", "M84"});
  return lines;
}

// So long, with the planner always full, that a windowed host would starve the agent if nothing made a gap. Half of
// these hosts keep a window and never query temperatures themselves: then all temperatures come from the agent's
// quiesces.
void lengthen(Draw& draw, LoopScenario& scenario) {
  std::vector<std::string> moves;
  const int count = draw.number(1000, 2000);
  for (int i = 0; i < count; ++i) {
    moves.push_back("G1 X" + std::to_string(5 + (i * 3) % 110) + ".5 Y" + std::to_string(8 + (i * 5) % 90) +
                    " E.02 F1200");
  }
  const std::ptrdiff_t before_the_end = 4;
  scenario.print.insert(scenario.print.end() - before_the_end, moves.begin(), moves.end());
  if (!draw.chance(0.5)) return;
  scenario.host = "cura";
  scenario.host_asks_temperature = false;
  static const std::vector<std::string> kWithoutReports{"prusa-3.9", "marlin-2.1.2-plain"};
  if (draw.chance(0.5)) scenario.firmware = draw.of(kWithoutReports);
}

void draw_faults(Draw& draw, LoopScenario& scenario) {
  Faults& f = scenario.faults;
  const Time from = scenario.connect_at;
  const Time to = scenario.connect_at + seconds(30);
  const auto ack_optional = [&](double p) { return draw.chance(p) ? draw.time(from, to) : Time{}; };
  if (draw.chance(0.3)) f.to_printer_noise = draw.chance(0.5) ? 1e-4 : 1e-3;
  if (draw.chance(0.2)) f.from_printer_noise = draw.chance(0.5) ? 1e-4 : 5e-4;
  f.reset_at = ack_optional(0.12);
  f.panic_at = ack_optional(0.04);
  f.thermistor_at = ack_optional(0.06);
  f.runout_at = ack_optional(0.06);
  f.stall_at = ack_optional(0.2);
  f.stall_for = draw.time(milliseconds(20), seconds(6));
  f.unplug_at = ack_optional(0.08);
  f.host_leaves_at = ack_optional(0.1);
  f.host_sleeps_at = ack_optional(0.1);
  f.host_sleeps_for = draw.time(milliseconds(100), seconds(20));
  f.emergency_at = ack_optional(0.15);
  f.knob_at = draw.time(to, to + seconds(30));
}

void draw_typed(Draw& draw, LoopScenario& scenario) {
  static const std::vector<std::string> kTyped{
      "M105", "M155 S1", "M155 S0",   "M155 S5 C1", "M155 S2 C7", "M601",  "M602",     "M27",     "M114", "M20",
      "M115", "M999",    "M28 A.GCO", "M29",        "M603",       "G4 S2", "M112",     "M410",    "M108", "M105 ; x",
      "M301", "M503",    "M123",      "M27 S2",     "M154 S1",    "T0",    "PRUSA SN", "M862.3 Q"};
  if (!draw.chance(0.35)) return;
  scenario.faults.typed = draw.of(kTyped);
  scenario.faults.typed_at = draw.time(scenario.connect_at + milliseconds(500), scenario.connect_at + seconds(40));
}

void draw_name(Draw& draw, LoopScenario& scenario) {
  PrinterHabits& habits = scenario.habits;
  const int kind = draw.number(0, 9);
  if (kind < 3) {
    habits.firmware_name = scenario.firmware == "marlin-1.0" ? "" : draw.of(vendor_names());
  } else if (kind < 6) {
    const auto last = static_cast<int>(other_firmware().size()) - 1;
    const OtherFirmware& other = other_firmware()[static_cast<std::size_t>(draw.number(0, last))];
    scenario.firmware = "marlin-1.1.9";
    habits.identity = other.identity;
    habits.temperature_answer = other.temperature_answer;
    habits.temperature_fields = other.temperature_fields;
    habits.ok_form = other.ok_form;
    habits.ok_before_identity = draw.chance(0.3);
  } else if (kind >= 8) {
    scenario.firmware = "marlin-1.1.9";
    habits.identity = draw.of(nameless_identities());
    habits.temperature_answer = static_cast<TemperatureAnswer>(draw.number(0, 3));
  }
}

// A generator of its own, so that the rest of a seed's scenario stays.
void draw_habits(LoopScenario& scenario, bool mishaps) {
  Draw draw(scenario.seed ^ 0x4ab17500000000ULL);
  if (!draw.chance(0.25)) return;
  PrinterHabits& habits = scenario.habits;
  const bool is_prusa = scenario.firmware.starts_with("prusa");
  if (!is_prusa) {
    draw_name(draw, scenario);
    if (draw.chance(0.3) && scenario.firmware != "marlin-2.1.2-advanced-ok")
      habits.ok_form = draw.chance(0.5) ? OkForm::kBlankBehind : OkForm::kAdvanced;
  }
  if (draw.chance(0.4)) habits.chatter = static_cast<Chatter>(draw.number(1, 4));
  // The boot text of a printer that chats ends after 15 s at the latest.
  if (habits.chatter != Chatter::kNone && draw.chance(0.5) && scenario.faults.unplug_at.count() == 0)
    scenario.connect_at = seconds(25);
  // Nobody can tell whose half a line of such an answer is.
  if (habits.temperature_answer != TemperatureAnswer::kOneLine) scenario.faults.torn_lines = 0;
  if (!draw.chance(0.5) || !mishaps) return;
  static const std::vector<Mishap> kMishaps{
      Mishap::kLost, Mishap::kDoubled,   Mishap::kForged, Mishap::kResendWithoutOk,
      Mishap::kNul,  Mishap::kExclaimed, Mishap::kGlued};
  habits.mishap = kMishaps[static_cast<std::size_t>(draw.number(0, 6))];
  habits.mishap_from = draw.time(scenario.connect_at + seconds(4), scenario.connect_at + seconds(30));
  if (draw.chance(0.3)) habits.mishap_chance = 0.01, habits.most_mishaps = 7;
}

}  // namespace

bool Faults::end_the_print() const {
  static constexpr std::array kEnders{"M28 A.GCO", "M112", "M603", "M601", "M20"};
  for (const char* ender : kEnders) {
    if (typed == ender) return true;
  }
  return corrupts_bytes() || reset_at.count() + panic_at.count() + thermistor_at.count() + runout_at.count() +
                                     unplug_at.count() + host_leaves_at.count() + host_sleeps_at.count() +
                                     emergency_at.count() + stall_at.count() >
                                 0;
}

LoopScenario draw_scenario(std::uint64_t seed, bool mishaps) {
  Draw draw(seed);
  LoopScenario scenario;
  scenario.seed = seed;
  scenario.firmware = draw.of(VirtualPrinter::firmware_names());
  do {
    scenario.host = draw.of(host_names());  // PrusaLink refuses every port on which no Prusa answers
  } while (scenario.host == "prusalink" && !scenario.firmware.starts_with("prusa"));
  scenario.print = draw_print(draw);
  scenario.instant_moves = draw.chance(0.3);
  scenario.speed = draw.chance(0.5) ? 20 : 4;
  scenario.bytewise = draw.chance(0.2);
  scenario.restore_state = draw.chance(0.2);
  scenario.settings.poll = !draw.chance(0.07);
  if (draw.chance(0.3)) scenario.settings.temperature_period = milliseconds(500);
  if (draw.chance(0.3)) scenario.settings.printing_temperature_period = milliseconds(500);
  if (draw.chance(0.2)) scenario.settings.hold_limit = milliseconds(draw.number(1, 20));
  if (draw.chance(0.2)) scenario.connect_at = draw.time(milliseconds(10), seconds(8));
  draw_typed(draw, scenario);
  if (draw.chance(0.5)) {
    draw_faults(draw, scenario);
  } else if (draw.chance(0.04)) {
    lengthen(draw, scenario);
  }
  if (draw.chance(0.15)) {
    scenario.faults.torn_lines = draw.chance(0.5) ? 0.3 : 0.05;
    scenario.faults.torn_for = draw.time(milliseconds(30), milliseconds(2500));
  }
  draw_habits(scenario, mishaps);
  return scenario;
}

std::string describe(const LoopScenario& s) {
  const auto at = [](const char* name, Time t) {
    return t.count() == 0 ? std::string() : " " + std::string(name) + "@" + std::to_string(t.count() / 1000) + "ms";
  };
  const Faults& f = s.faults;
  return "seed " + std::to_string(s.seed) + ": " + s.host + (s.host_asks_temperature ? "" : ", queries nothing") +
         " | " + s.firmware + ", " + std::to_string(s.print.size()) + " lines" + (s.settings.poll ? "" : ", poll off") +
         (s.instant_moves ? ", instant moves" : "") + (s.bytewise ? ", bytewise" : "") +
         (s.restore_state ? ", restored" : "") + at("connect", s.connect_at) +
         (f.to_printer_noise > 0 ? ", noise to printer" : "") +
         (f.from_printer_noise > 0 ? ", noise from printer" : "") + (f.torn_lines > 0 ? ", torn lines" : "") +
         at("reset", f.reset_at) + at("panic", f.panic_at) + at("thermistor", f.thermistor_at) +
         at("runout", f.runout_at) + at("stall", f.stall_at) + at("unplug", f.unplug_at) +
         at("leave", f.host_leaves_at) + at("sleep", f.host_sleeps_at) + at("emergency", f.emergency_at) +
         (f.typed.empty() ? "" : ", typed '" + f.typed + "'") + at("at", f.typed_at) + describe(s.habits);
}

}  // namespace sim
