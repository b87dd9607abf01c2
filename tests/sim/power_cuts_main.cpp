// marlin-power-cuts: cuts the power of printing virtual printers and checks what the agent says about it: the line that
// was interrupted is one of the candidates, there are no more candidates than planner and receive buffer hold, and the
// position before the first candidate is that of the lines which the printer had begun by then.
// `marlin-power-cuts [--cuts 1000] [--first-seed 1] [--verbose]`; --verbose shows the end of each recording. Exit code 1
// if the line is missed in more than 1 % and in more than three, the candidates are too many, or a position is wrong.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "agent/incident/incident.h"
#include "gcode/command/command.h"
#include "gcode/decode/trace.h"
#include "gcode/printer/travel.h"
#include "tests/sim/closed_loop.h"

namespace {

using agent::incident::BlackBox;
using agent::incident::DeadPrint;
using gcode::printer::Travel;

// The usual planner of Marlin and Prusa.
constexpr unsigned kPlanner = 16;
// A printer takes so many lines from its host before it acknowledges one: 4 to 8 in its queue, the rest of 128 bytes.
constexpr std::int64_t kReceiveBuffer = 16;

/// A slicer's print of some minutes: short and long moves, layers, retractions, lines that move nothing.
std::vector<std::string> draw_lines(std::mt19937_64& random) {
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  const bool relative = one_in(2);
  std::vector<std::string> lines{"G90",    relative ? "M83" : "M82", "M104 S200", "M109 S200", "G28 W",
                                 "G92 E0", "G1 Z0.2 F6000"};
  double e = 0, z = 0.2;
  const unsigned longest = one_in(2) ? 3 : 40;
  const double scale = one_in(3) ? 0.2 : 1;
  for (int i = 0; i < 1500; ++i) {
    if (i % 150 == 149) lines.push_back("G1 Z" + std::to_string(z += 0.2));
    if (one_in(40)) lines.emplace_back(one_in(2) ? "M106 S128" : "M73 P10 R20");
    if (one_in(60)) lines.emplace_back("M105");
    if (!relative && one_in(100)) lines.emplace_back("G92 E0"), e = 0;
    const double side = i % 2 == 0 ? scale : -scale;
    const double x = 100 + side * (1 + static_cast<double>(random() % longest));
    const double y = 100 + scale * static_cast<double>(random() % longest);
    e += 0.04 * scale;
    char line[96];
    std::snprintf(line, sizeof line, "G1 X%.3f Y%.3f E%.5f F%d", x, y, relative ? 0.04 * scale : e,
                  one_in(5) ? 3600 : 2400);
    lines.emplace_back(line);
  }
  return lines;
}

sim::LoopScenario scenario_of(std::uint64_t seed) {
  sim::LoopScenario scenario = sim::draw_scenario(seed);
  std::mt19937_64 random(seed ^ 0x90e7c07);
  scenario.faults = {};
  if (random() % 4 == 0) scenario.faults.to_printer_noise = 1e-4;
  scenario.print = draw_lines(random);
  // Answers of another form have numbers that no planner stands behind.
  const sim::PrinterHabits habits = std::exchange(scenario.habits, {});
  scenario.habits.chatter = habits.chatter;
  scenario.instant_moves = false;
  scenario.speed = 1 + static_cast<double>(random() % 4);
  const sim::Time cut = scenario.connect_at + std::chrono::seconds(180) + sim::Time(random() % 60'000'000);
  (random() % 2 == 0 ? scenario.faults.reset_at : scenario.faults.unplug_at) = cut;
  scenario.limit = cut + std::chrono::seconds(8);
  return scenario;
}

struct Totals {
  std::uint64_t seeds = 0, no_print = 0, idle = 0, cuts = 0, found = 0, too_many = 0, positions = 0, wrong = 0;
  std::int64_t most = 0, most_moves = 0, sum = 0;
};

/// What the incident's file would say.
DeadPrint dead_print(const sim::LoopResult& result) {
  BlackBox box(std::size_t{256} << 10U);
  std::istringstream lines(result.recording);
  for (std::string line; std::getline(lines, line);) {
    if (const auto entry = gcode::decode::parse_trace_line(line))
      box.add({entry->direction, entry->data, {}, entry->at, entry->of_agent});
  }
  DeadPrint print;
  agent::incident::take_stream(result.stream_position, print);
  agent::incident::name_lines(box.contents(), print);
  return print;
}

void check_position(const sim::LoopResult& result, const DeadPrint& print, Totals& totals) {
  const auto& begun = result.interruption.lines;
  if (begun.empty() || print.first_candidate > static_cast<std::int64_t>(begun.size())) return;
  // The printer lost a line by noise: what it pushed since then is not what the file says.
  const auto end = begun.begin() + std::max<std::int64_t>(print.first_candidate, 1);
  if (std::any_of(begun.begin() + 1, end, [](const std::string& text) { return text.empty(); })) return;
  Travel travel;
  for (std::int64_t number = 0; number < print.first_candidate; ++number)
    travel.command(gcode::command::parse_command(begun[static_cast<std::size_t>(number)]),
                   gcode::dialect::ExtruderMode::kEither);
  for (std::size_t axis = 0; axis < print.resume_mm.size(); ++axis) {
    if (!print.resume_mm[axis] || !travel.is_known(axis)) continue;
    ++totals.positions;
    if (std::abs(*print.resume_mm[axis] - travel.position_mm(axis)) < 0.001) continue;
    ++totals.wrong;
    std::printf("  axis %zu before N%lld: %.4f, true %.4f\n", axis, static_cast<long long>(print.first_candidate),
                *print.resume_mm[axis], travel.position_mm(axis));
  }
}

void run(std::uint64_t seed, bool verbose, Totals& totals) {
  const sim::LoopScenario scenario = scenario_of(seed);
  const sim::LoopResult result = sim::run_loop(scenario);
  ++totals.seeds;
  const std::int64_t line = result.interruption.line;
  if (!result.interruption.in_print || line < 0) {
    ++totals.no_print;
    return;
  }
  const DeadPrint print = dead_print(result);
  if (line > print.sent) {  // the printer waited for its host
    ++totals.idle;
    return;
  }
  ++totals.cuts;
  const bool is_found = line >= print.first_candidate;
  const std::int64_t count = print.sent - print.first_candidate + 1;
  const std::int64_t waiting =
      print.had_resends ? std::max<std::int64_t>(print.sent - print.acknowledged, 8) : print.sent - print.acknowledged;
  // Lines between the moves are in neither.
  std::int64_t moves = 0;
  for (std::int64_t n = print.first_candidate; n <= print.sent - waiting; ++n) {
    const auto& begun = result.interruption.lines;
    const auto at = static_cast<std::size_t>(n);
    if (at < begun.size() && begun[at].starts_with("G1 ")) ++moves;
  }
  const bool is_too_many = moves > kPlanner || waiting > kReceiveBuffer;
  totals.found += is_found ? 1 : 0;
  totals.too_many += is_too_many ? 1 : 0;
  totals.most = std::max(totals.most, count);
  totals.most_moves = std::max(totals.most_moves, moves);
  totals.sum += count;
  const std::uint64_t wrong = totals.wrong;
  check_position(result, print, totals);
  if (!verbose && is_found && !is_too_many && totals.wrong == wrong) return;
  std::printf("%s: N%lld interrupted, candidates N%lld to N%lld, %lld may wait, planner %d%s\n",
              sim::describe(scenario).c_str(), static_cast<long long>(line),
              static_cast<long long>(print.first_candidate), static_cast<long long>(print.sent),
              static_cast<long long>(waiting), result.stream_position.planner_blocks.value_or(0),
              is_found ? is_too_many ? ": TOO MANY" : "" : ": NOT FOUND");
  constexpr std::size_t kShown = 4000;
  if (verbose)
    std::printf("%s",
                result.recording.substr(result.recording.size() - std::min(result.recording.size(), kShown)).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t cuts = 1000, seed = 1;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--verbose") verbose = true;
    if (word == "--cuts" && i + 1 < argc) cuts = std::strtoull(argv[++i], nullptr, 10);
    if (word == "--first-seed" && i + 1 < argc) seed = std::strtoull(argv[++i], nullptr, 10);
  }
  Totals totals;
  for (; totals.cuts < cuts && totals.seeds < 10 * cuts + 10; ++seed) run(seed, verbose, totals);
  const double share = totals.cuts == 0 ? 0 : static_cast<double>(totals.found) / static_cast<double>(totals.cuts);
  std::printf(
      "%llu power cuts in mid-print (%llu seeds: %llu without a print, %llu while the printer waited for its host)\n",
      static_cast<unsigned long long>(totals.cuts), static_cast<unsigned long long>(totals.seeds),
      static_cast<unsigned long long>(totals.no_print), static_cast<unsigned long long>(totals.idle));
  std::printf("the interrupted line is a candidate in %.2f %%\n", 100 * share);
  std::printf("candidates: %.1f on average, %lld at most; %lld moves with an ok at most; too many in %llu\n",
              totals.cuts == 0 ? 0 : static_cast<double>(totals.sum) / static_cast<double>(totals.cuts),
              static_cast<long long>(totals.most), static_cast<long long>(totals.most_moves),
              static_cast<unsigned long long>(totals.too_many));
  std::printf("positions before the first candidate: %llu of axes, %llu wrong\n",
              static_cast<unsigned long long>(totals.positions), static_cast<unsigned long long>(totals.wrong));
  // One in a hundred; in a short run three, as chance decides more there.
  const std::uint64_t may_miss = std::max<std::uint64_t>(cuts / 100, 3);
  return totals.cuts == cuts && totals.cuts - totals.found <= may_miss && totals.too_many == 0 && totals.wrong == 0 ? 0
                                                                                                                    : 1;
}
