// black-box-bench: what the black box costs the line. Two agents with 50 printers each: one with a black box, whose
// printers' prints end badly all the time, so that it writes incidents all the time; one without. The same print at full
// pace on all lines of one agent, in rounds: with a black box, without, without again. The ratio of their round trips, and
// that of the two rounds without a black box, which is the noise.
//
//   build/release/black-box-bench             some two minutes
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "tests/bench/relays.h"
#include "tests/bench/statistics.h"

namespace {

using namespace bench;

/// Each is an incident: the print ends by it.
constexpr const char* kKill = "Error:Printer halted. kill() called!\nstart\n";
constexpr Nanoseconds kBetweenKills = std::chrono::milliseconds(2500);

struct Times {
  std::vector<double> p50, p99;  ///< of each round, microseconds
};

/// Files that were ever written: their names are numbered.
long incidents_in(const std::filesystem::path& directory) {
  long most = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    most = std::max(most, std::atol(entry.path().filename().c_str()));
  return most;
}

void print_round(const Relay& relay, Times& times, Nanoseconds duration) {
  Print print;
  print.lines = ~std::uint64_t{0};
  print.duration = duration;
  std::vector<Nanoseconds> all;
  for (Outcome& outcome : converse_at_once(relay.all_lines(), print)) {
    if (!outcome.is_valid()) throw std::runtime_error(relay.name + ": " + outcome.fault());
    all.insert(all.end(), outcome.round_trips.begin(), outcome.round_trips.end());
  }
  times.p50.push_back(quantile(all, 0.5));
  times.p99.push_back(quantile(all, 0.99));
}

void row(const char* name, const std::vector<double>& a50, const std::vector<double>& a99) {
  const auto range = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    char text[64];
    std::snprintf(text, sizeof text, "%.3f (%.3f to %.3f)", median(values), values.front(), values.back());
    return std::string(text);
  };
  std::printf("| %-44s | %-24s | %-24s |\n", name, range(a50).c_str(), range(a99).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Compares round trips with and without a black box that writes incidents all the time");
  std::size_t printers = 50;
  int rounds = 7;
  double seconds = 5;
  app.add_option("--printers", printers, "of each agent");
  app.add_option("--rounds", rounds, "interleaved rounds of each agent");
  app.add_option("--seconds", seconds, "of a round");
  CLI11_PARSE(app, argc, argv);
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::string directory = (std::filesystem::temp_directory_path() / "black-box-bench-XXXXXX").string();
  Programs programs;
  programs.agent = (here / "marlin-agent").string();
  programs.work = ::mkdtemp(directory.data());
  try {
    const Relay with_box = start_agent_with_black_box(programs, printers),
                without_box = start_agent(programs, printers);
    Times with, without, again;
    std::size_t i = 0;
    for (Line* line : with_box.all_lines())
      line->printer.interrupt_every(kBetweenKills, kKill, kBetweenKills * (i++) / printers);
    const auto duration = Nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
    for (int round = 0; round < rounds; ++round) {
      print_round(with_box, with, duration);
      print_round(without_box, without, duration);
      print_round(without_box, again, duration);
      std::cerr << '.' << std::flush;
    }
    std::cerr << '\n';
    const long written = incidents_in(with_box.state_directory / "incidents");
    std::printf("%zu printers, %d rounds of %.0f s each, %ld incidents written\n", printers, rounds, seconds, written);
    std::printf("| median of the rounds' ratios (least to most)    | p50 | p99 |\n|---|---|---|\n");
    row("black box and incidents over neither", ratios(with.p50, without.p50), ratios(with.p99, without.p99));
    row("neither over neither: the noise", ratios(again.p50, without.p50), ratios(again.p99, without.p99));
    std::printf("round trip in the rounds' median: %.0f us with, %.0f us without; p99 %.0f us with, %.0f us without\n",
                median(with.p50), median(without.p50), median(with.p99), median(without.p99));
    if (written == 0) throw std::runtime_error("no incident was written");
  } catch (const std::exception& error) {
    std::cerr << "black-box-bench: " << error.what() << " (logs in " << directory << ")" << std::endl;
    return 1;
  }
  std::filesystem::remove_all(directory);
  return 0;
}
