// marlin-sim: runs seeds of the closed loop. `marlin-sim --seeds 1-10000 [--recordings DIR] [--first] [--verbose]`, or
// one with `--seed N`, or those of a list with `--seeds 5,17,40-50`; with `--control` the pass-through alone. DIR is created if missing; `--first` ends at the first
// seed that fails; `--trace` prints all that passes; `--mishaps` draws oks that are lost, doubled, forged or garbled as well. `--kill-chance P`: the agent's process is killed with that probability at each point where a kill
// can happen; with `--least-kills N` fewer than N in all are a failure. Exit code 1 if any invariant broke; the last
// line has the counts.
// `marlin-sim --underruns [--seeds 1-20] [--firmware NAME] [--host NAME] [--trace]`: a print of each seed on each virtual
// printer with each host, what the relay says about underruns beside the truth. Exit code 1 if precision or recall are
// below 0.95, or the cause is right in less than 95 %.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/closed_loop.h"
#include "tests/sim/underrun_score.h"

namespace {

struct Arguments {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  ///< first and last seed of each; empty: 1 to 1000
  std::string recordings;
  bool verbose = false;
  bool first_only = false;
  bool trace = false;
  bool mishaps = false;
  double kill_chance = 0;
  std::uint64_t least_kills = 0;
  bool underruns = false;
  sim::UnderrunJudgement underrun;
  bool control = false;  ///< poll off: what the same host and printer do without the agent
};

std::vector<std::pair<std::uint64_t, std::uint64_t>> parse_ranges(const char* text) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  char* rest = nullptr;
  do {
    const std::uint64_t first = std::strtoull(text, &rest, 10);
    ranges.emplace_back(first, *rest == '-' ? std::strtoull(rest + 1, &rest, 10) : first);
    text = rest + 1;
  } while (*rest == ',');
  return ranges;
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--verbose") arguments.verbose = true;
    if (word == "--control") arguments.control = true;
    if (word == "--trace") arguments.trace = true;
    if (word == "--mishaps") arguments.mishaps = true;
    if (word == "--underruns") arguments.underruns = true;
    if (word == "--first") arguments.first_only = true;
    if (i + 1 >= argc) break;
    if (word == "--seed" || word == "--seeds") arguments.ranges = parse_ranges(argv[++i]);
    if (word == "--kill-chance") arguments.kill_chance = std::strtod(argv[++i], nullptr);
    if (word == "--least-kills") arguments.least_kills = std::strtoull(argv[++i], nullptr, 10);
    if (word == "--firmware") arguments.underrun.firmware = argv[++i];
    if (word == "--host") arguments.underrun.host = argv[++i];
    if (word == "--recordings") arguments.recordings = argv[++i];
  }
  if (arguments.ranges.empty()) arguments.ranges.emplace_back(1, 1000);
  return arguments;
}

void report(const sim::LoopScenario& scenario, const sim::LoopResult& result, const Arguments& arguments) {
  std::printf("%s\n", sim::describe(scenario).c_str());
  for (const std::string& violation : result.violations) std::printf("  %s\n", violation.c_str());
  if (arguments.recordings.empty()) return;
  std::error_code ignored;  // if this fails, opening the recording reports it
  std::filesystem::create_directories(arguments.recordings, ignored);
  const std::string path = arguments.recordings + "/seed-" + std::to_string(scenario.seed) + ".jsonl";
  std::ofstream file(path);
  file << result.recording;
  std::ofstream(path + ".host") << result.host_saw;
  std::printf(file.flush() ? "  recording: %s\n" : "  cannot write the recording %s\n", path.c_str());
}

struct Totals {
  std::uint64_t runs = 0, failed = 0, injected = 0, injected_in_print = 0, leaks = 0, done = 0, corrupted = 0,
                mistakes = 0, kills = 0;
};

double in_seconds(sim::Time time) { return static_cast<double>(time.count()) / 1e6; }

void print_run(const sim::LoopScenario& scenario, const sim::LoopResult& result) {
  std::printf(
      "%s -> %s after %.1f s, injected %llu (%llu in print), leaks %llu, oldest temperature %.1f s, starved %.1f s%s%s\n",
      sim::describe(scenario).c_str(), result.print_done ? "done" : "not done", in_seconds(result.duration),
      static_cast<unsigned long long>(result.injected_lines),
      static_cast<unsigned long long>(result.injected_lines_in_print), static_cast<unsigned long long>(result.leaks),
      in_seconds(result.oldest_temperature), in_seconds(result.longest_starvation),
      result.host_failure.empty() ? "" : ", host: ", result.host_failure.c_str());
}

void run_seed(std::uint64_t seed, const Arguments& arguments, Totals& totals) {
  sim::LoopScenario scenario = sim::draw_scenario(seed, arguments.mishaps);
  if (arguments.control) scenario.settings.poll = false;
  scenario.kill_chance = arguments.kill_chance;
  scenario.trace = arguments.trace;
  const sim::LoopResult result = sim::oracle_loop(scenario);
  ++totals.runs;
  totals.injected += result.injected_lines;
  totals.injected_in_print += result.injected_lines_in_print;
  totals.kills += result.kills;
  totals.leaks += result.leaks;
  totals.corrupted += result.corrupted_bytes;
  totals.mistakes += result.mistakes;
  totals.done += result.print_done ? 1 : 0;
  totals.failed += result.violations.empty() ? 0 : 1;
  if (arguments.verbose) print_run(scenario, result);
  const bool wanted = arguments.verbose && arguments.ranges.front().first == arguments.ranges.back().second;
  if (!result.violations.empty() || wanted) report(scenario, result, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  if (arguments.underruns) {
    sim::UnderrunJudgement wanted = arguments.underrun;
    wanted.seeds = arguments.ranges;
    wanted.trace = arguments.trace;
    return sim::judge_underruns(wanted) ? 0 : 1;
  }
  Totals totals;
  for (const auto& [first, last] : arguments.ranges) {
    for (std::uint64_t seed = first; seed <= last && !(totals.failed > 0 && arguments.first_only); ++seed)
      run_seed(seed, arguments, totals);
  }
  std::printf("bytes corrupted %llu, host answers withheld by mistake after it %llu\n",
              static_cast<unsigned long long>(totals.corrupted), static_cast<unsigned long long>(totals.mistakes));
  std::printf("prints done %llu, injected queries %llu (%llu in prints), leaks %llu\n",
              static_cast<unsigned long long>(totals.done), static_cast<unsigned long long>(totals.injected),
              static_cast<unsigned long long>(totals.injected_in_print), static_cast<unsigned long long>(totals.leaks));
  if (arguments.kill_chance > 0) std::printf("kills %llu\n", static_cast<unsigned long long>(totals.kills));
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(totals.runs - totals.failed),
              static_cast<unsigned long long>(totals.failed));
  if (totals.kills < arguments.least_kills)
    std::printf("fewer than %llu kills\n", static_cast<unsigned long long>(arguments.least_kills));
  return totals.failed == 0 && totals.kills >= arguments.least_kills ? 0 : 1;
}
