// relay-bench: the cost of a relay between host and printer. Interleaved rounds of the same print through no relay, the
// minimal C relay, socat and the agent (parsing everything, injecting a temperature query once a second), prints at
// wire speed through all of them simultaneously; medians; ratios; a result for each target. Every byte is checked on
// both sides; a failing baseline makes the run void.
//
//   build/release/relay-bench                 the whole table, some four minutes
//   build/release/relay-bench --smoke         bytes and private memory, for CTest: only here the exit code counts
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "tests/bench/relays.h"
#include "tests/bench/statistics.h"

namespace {

using namespace bench;

struct Plan {
  int rounds = 21;
  std::uint64_t single_lines = 3000;   ///< ping-pong
  std::uint64_t window_lines = 40000;  ///< 64 in flight
  double paced_seconds = 10;
  int paced_rounds = 5;
  std::vector<std::size_t> printers{1, 10, 50};
  bool count_instructions = true;
};

// Private memory in kB. The only numbers that fail a run: other programs' load does not change them.
constexpr double kMostForOnePrinter = 1536, kMostForEachFurther = 48;

double ratio(const std::vector<double>& over, const std::vector<double>& under) { return median(ratios(over, under)); }

std::vector<double> minus(std::vector<double> from, const std::vector<double>& what) {
  for (std::size_t i = 0; i < std::min(from.size(), what.size()); ++i) from[i] -= what[i];
  return from;
}

/// One relay's numbers, one value per round. Times in microseconds.
struct Numbers {
  std::vector<double> p50, p99, p999, single_cpu, window_rate, window_cpu, paced_rate, paced_cpu, paced_queries;
};

class Benchmark {
 public:
  Benchmark(Programs programs, Plan plan) : programs_(std::move(programs)), plan_(std::move(plan)) {}

  /// Returns whether every byte was right.
  bool run() {
    start();
    for (int round = 0; round < plan_.rounds; ++round) each([&](Relay& relay) { print_singly(relay); });
    for (int round = 0; round < plan_.rounds; ++round) each([&](Relay& relay) { print_with_window(relay); });
    for (int round = 0; round < plan_.paced_rounds; ++round) print_paced();
    relays_.clear();
    if (!programs_.agent.empty()) {
      for (const std::size_t printers : plan_.printers) measure_memory(printers);
      if (plan_.count_instructions) count_instructions();
    }
    return faults_.empty();
  }

  void report() const;

 private:
  void report_survival(const Numbers& without, const Numbers& with) const;

  struct Idle {
    std::size_t printers;
    double kilobytes;
    double cpu_percent;
    double wakeups;  ///< a second, for each printer
  };

  void start() {
    relays_.push_back(start_direct());
    relays_.push_back(start_plain_relay(programs_));
    try {
      relays_.push_back(start_socat(programs_));
    } catch (const std::exception& error) {
      std::cerr << "left out: " << error.what() << std::endl;
    }
    if (!programs_.agent.empty()) {
      relays_.push_back(start_agent(programs_, 1));
      relays_.push_back(start_surviving_agent(programs_));
    }
    for (const Relay& relay : relays_) order_.push_back(relay.name);
  }

  template <class Work>
  void each(Work work) {
    for (Relay& relay : relays_) work(relay);
    std::cerr << '.' << std::flush;
  }

  [[nodiscard]] std::vector<Line*> others_than(const Relay& relay) const {
    std::vector<Line*> others;
    for (const Relay& other : relays_) {
      if (&other != &relay) others.push_back(&other.first());
    }
    return others;
  }

  [[nodiscard]] Numbers numbers_of(const std::string& relay) const {
    const auto found = numbers_.find(relay);
    return found == numbers_.end() ? Numbers{} : found->second;
  }

  struct Measured {
    Outcome outcome;
    double cpu_per_line;
  };

  Measured measure(Relay& relay, const Print& print) {
    const Nanoseconds before = time_used(relay);
    Outcome outcome = converse(relay.first(), print, others_than(relay));
    return oracle(relay, std::move(outcome), time_used(relay) - before);
  }

  static Nanoseconds time_used(const Relay& relay) {
    return relay.process ? relay.process->processor_time() : Nanoseconds(0);
  }

  Measured oracle(const Relay& relay, Outcome outcome, Nanoseconds used) {
    if (!outcome.is_valid()) {
      faults_.push_back(relay.name + ": " + outcome.fault());
      if (relay.name == "C poll() relay" || relay.name == "direct") void_ = true;
    }
    const double lines = static_cast<double>(std::max<std::uint64_t>(1, outcome.lines));
    return {std::move(outcome), static_cast<double>(used.count()) / 1000.0 / lines};
  }

  void print_singly(Relay& relay) {
    Print print;
    print.lines = plan_.single_lines;
    const Measured measured = measure(relay, print);
    Numbers& numbers = numbers_[relay.name];
    numbers.p50.push_back(quantile(measured.outcome.round_trips, 0.5));
    numbers.p99.push_back(quantile(measured.outcome.round_trips, 0.99));
    numbers.p999.push_back(quantile(measured.outcome.round_trips, 0.999));
    numbers.single_cpu.push_back(measured.cpu_per_line);
  }

  void print_with_window(Relay& relay) {
    Print print;
    print.lines = plan_.window_lines;
    print.window = 64;
    const Measured measured = measure(relay, print);
    Numbers& numbers = numbers_[relay.name];
    numbers.window_rate.push_back(static_cast<double>(measured.outcome.lines) * 1e9 /
                                  static_cast<double>(measured.outcome.elapsed.count()));
    numbers.window_cpu.push_back(measured.cpu_per_line);
  }

  /// All simultaneously: paced lines leave the processor idle, and a machine varies by more than one percent per
  /// minute.
  void print_paced() {
    Print print;
    print.lines = std::numeric_limits<std::uint64_t>::max();
    print.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(plan_.paced_seconds * 1e9));
    std::vector<Line*> lines;
    std::vector<Nanoseconds> before;
    for (const Relay& relay : relays_) {
      relay.first().printer.pace(true);
      lines.push_back(&relay.first());
      before.push_back(time_used(relay));
    }
    std::vector<Outcome> outcomes = converse_at_once(lines, print);
    for (std::size_t i = 0; i < relays_.size(); ++i) {
      relays_[i].first().printer.pace(false);
      note_paced(relays_[i], oracle(relays_[i], std::move(outcomes[i]), time_used(relays_[i]) - before[i]));
    }
    std::cerr << '.' << std::flush;
  }

  void note_paced(const Relay& relay, const Measured& measured) {
    const double seconds = static_cast<double>(measured.outcome.elapsed.count()) / 1e9;
    Numbers& numbers = numbers_[relay.name];
    numbers.paced_rate.push_back(static_cast<double>(measured.outcome.lines) / seconds);
    numbers.paced_cpu.push_back(measured.cpu_per_line);
    numbers.paced_queries.push_back(static_cast<double>(measured.outcome.queries) / seconds);
  }

  void measure_memory(std::size_t printers) {
    Relay agent = start_agent(programs_, printers);
    idle(agent.all_lines(), std::chrono::seconds(15));  // the printers are identified, and the start is over
    const auto before = agent.process->processor_time();
    const long woken = agent.process->wakeups();
    idle(agent.all_lines(), std::chrono::seconds(5));
    const auto used = agent.process->processor_time() - before;
    const double wakeups = static_cast<double>(agent.process->wakeups() - woken) / 5 / static_cast<double>(printers);
    for (Line* line : agent.all_lines()) {
      Print print;
      print.lines = 200;
      print.window = 8;
      const Outcome outcome = converse(*line, print, agent.all_lines());
      if (!outcome.is_valid())
        faults_.push_back("marlin-agent with " + std::to_string(printers) + " printers: " + outcome.wrong);
    }
    const auto kilobytes = static_cast<double>(agent.process->private_kilobytes());
    const double most = kMostForOnePrinter + kMostForEachFurther * static_cast<double>(printers - 1);
    if (kilobytes <= 0 || kilobytes > most)
      faults_.push_back("marlin-agent with " + std::to_string(printers) +
                        " printers: " + std::to_string(std::lround(kilobytes)) + " kB of private memory, at most " +
                        std::to_string(std::lround(most)));
    idle_.push_back({printers, kilobytes, static_cast<double>(used.count()) / 5e9 * 100, wakeups});
    std::cerr << '.' << std::flush;
  }

  /// The difference of two runs of different length, so that starting and ending cancel out.
  void count_instructions() {
    const auto of = [&](std::uint64_t window, std::uint64_t lines, bool survives = false) {
      return instructions_of(window, lines, survives);
    };
    single_instructions_ = (of(1, 3000) - of(1, 1000)) / 2000.0;
    window_instructions_ = (of(64, 12000) - of(64, 4000)) / 8000.0;
    surviving_instructions_ = (of(1, 3000, true) - of(1, 1000, true)) / 2000.0;
    surviving_window_instructions_ = (of(64, 12000, true) - of(64, 4000, true)) / 8000.0;
  }

  double instructions_of(std::uint64_t window, std::uint64_t lines, bool survives) {
    const auto out = programs_.work / ("callgrind.out." + std::to_string(window) + "." + std::to_string(lines) +
                                       (survives ? ".surviving" : ""));
    // Valgrind counts each byte that `rep movsb` copies as an instruction, and only some processors' memcpy() uses it.
    const std::vector<std::string> wrapper{"env", "GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000",
                                           "valgrind", "--tool=callgrind", "--callgrind-out-file=" + out.string()};
    Relay agent = survives ? start_surviving_agent(programs_, wrapper) : start_agent(programs_, 1, wrapper);
    Print print;
    print.lines = lines;
    print.window = window;
    const Outcome outcome = converse(agent.first(), print);
    if (!outcome.is_valid()) faults_.push_back("marlin-agent under valgrind: " + outcome.wrong);
    agent.process->stop();
    std::cerr << '.' << std::flush;
    std::ifstream file(out);
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("summary: ", 0) == 0 || line.rfind("totals: ", 0) == 0)
        return std::stod(line.substr(line.find(' ')));
    }
    return kUnknown;
  }

  Programs programs_;
  Plan plan_;
  std::vector<Relay> relays_;
  std::vector<std::string> order_;
  std::map<std::string, Numbers> numbers_;
  std::vector<Idle> idle_;
  double single_instructions_ = kUnknown, window_instructions_ = kUnknown, surviving_instructions_ = kUnknown,
         surviving_window_instructions_ = kUnknown;
  std::vector<std::string> faults_;
  bool void_ = false;
};

std::string number(double value, int digits) {
  if (!(value == value)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

void row(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) std::cout << "| " << cell << ' ';
  std::cout << "|\n";
}

void verdict(const std::string& what, double value, const char* bound, double limit, int digits) {
  const bool at_most = std::string(bound) == "at most";
  const bool known = value == value;
  row({what, number(value, digits), std::string(bound) + " " + number(limit, limit < 10 ? 2 : 0),
       !known                                        ? "not measured"
       : (at_most ? value <= limit : value >= limit) ? "met"
                                                     : "MISSED"});
}

/// Other programs' load makes every number worse and less certain: a warning is printed on a busy machine.
void note_load() {
  double load[1] = {0};
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (::getloadavg(load, 1) != 1) return;
  std::cout << "Load " << number(load[0], 1) << " on " << cores
            << " cores at the end; the benchmark itself makes 1 to 2.\n";
}

/// The cost of surviving the process: printed without a target.
void Benchmark::report_survival(const Numbers& without, const Numbers& with) const {
  std::cout << "\n| with staging pipes and checkpoint, over the agent without | measured |\n|---|---|\n";
  row({"round trip, p50", number(ratio(with.p50, without.p50), 3)});
  row({"CPU us per line more, one at a time", number(median(minus(with.single_cpu, without.single_cpu)), 2)});
  row({"CPU us per line more, 64 in flight", number(median(minus(with.window_cpu, without.window_cpu)), 2)});
  row({"lines/s with 64 in flight", number(ratio(with.window_rate, without.window_rate), 3)});
  row({"user instructions per line and its ok more, one at a time",
       number(surviving_instructions_ - single_instructions_, 0)});
  row({"user instructions per line and its ok more, 64 in flight",
       number(surviving_window_instructions_ - window_instructions_, 0)});
}

void Benchmark::report() const {
  note_load();
  for (const std::string& fault : faults_) std::cout << "FAULT " << fault << "\n";
  if (void_) std::cout << "VOID: the baseline itself failed; the numbers below are invalid.\n";
  std::cout
      << "\n| relay | round trip p50 us | p99 us | p99.9 us | CPU us per line | 64 in flight, lines/s | CPU us per line | 115200 baud, lines/s | "
         "CPU us per line | injected queries/s |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const std::string& name : order_) {
    const Numbers n = numbers_of(name);
    row({name, number(median(n.p50), 1), number(median(n.p99), 1), number(median(n.p999), 1),
         number(median(n.single_cpu), 2), number(median(n.window_rate), 0), number(median(n.window_cpu), 2),
         number(median(n.paced_rate), 1), number(median(n.paced_cpu), 1), number(median(n.paced_queries), 2)});
  }
  if (programs_.agent.empty()) return;
  const Numbers direct = numbers_of("direct"), plain = numbers_of("C poll() relay"), agent = numbers_of("marlin-agent");
  report_survival(agent, numbers_of(kSurvivingAgent));
  std::cout
      << "\n| printers in one agent | private kB | CPU while idle | wake-ups a second at rest, each |\n|---|---|---|---|\n";
  for (const Idle& idle : idle_)
    row({std::to_string(idle.printers), number(idle.kilobytes, 0), number(idle.cpu_percent, 2) + " %",
         number(idle.wakeups, 2)});
  std::cout << "\n| over the C relay | measured | target | |\n|---|---|---|---|\n";
  verdict("round trip, p50", ratio(agent.p50, plain.p50), "at most", 1.25, 3);
  verdict("round trip, p99", ratio(agent.p99, plain.p99), "at most", 1.2, 3);
  verdict("round trip, p99.9", ratio(agent.p999, plain.p999), "at most", 1.5, 3);
  verdict("added latency over no relay", ratio(minus(agent.p50, direct.p50), minus(plain.p50, direct.p50)), "at most",
          1.6, 3);
  verdict("lines/s with 64 in flight", ratio(agent.window_rate, plain.window_rate), "at least", 0.8, 3);
  verdict("CPU per line, one at a time", ratio(agent.single_cpu, plain.single_cpu), "at most", 1.6, 3);
  verdict("lines/s at 115200 baud, one query a second", ratio(agent.paced_rate, plain.paced_rate), "at least", 0.99, 4);
  verdict("user instructions per line and its ok, one at a time", single_instructions_, "at most", 4500, 0);
  verdict("user instructions per line and its ok, 64 in flight", window_instructions_, "at most", 2500, 0);
  if (idle_.empty()) return;
  verdict("private kB, " + std::to_string(idle_.front().printers) + " printer", idle_.front().kilobytes, "at most",
          kMostForOnePrinter, 0);
  verdict("wake-ups a second at rest, each printer", idle_.back().wakeups, "at most", 2, 2);
  if (idle_.size() < 2) return;
  const double further = (idle_.back().kilobytes - idle_.front().kilobytes) /
                         static_cast<double>(idle_.back().printers - idle_.front().printers);
  verdict("private kB for each further printer", further, "at most", kMostForEachFurther, 1);
}

Plan smoke_plan() {
  Plan plan;
  plan.rounds = 1;
  plan.single_lines = 300;
  plan.window_lines = 3000;
  plan.paced_seconds = 2;
  plan.paced_rounds = 1;
  plan.printers = {3};
  plan.count_instructions = false;
  return plan;
}

std::filesystem::path own_directory() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Compares the agent with a minimal relay");
  Plan plan;
  Programs programs;
  programs.agent = (own_directory() / "marlin-agent").string();
  programs.plain_relay = (own_directory() / "plain-relay").string();
  bool smoke = false, no_agent = false, no_instructions = false;
  std::string keep;
  app.add_option("--agent", programs.agent, "the program to measure");
  app.add_option("--rounds", plan.rounds, "interleaved rounds; the table shows medians");
  app.add_option("--paced-rounds", plan.paced_rounds, "rounds at 115200 baud, ten seconds each");
  app.add_option("--printers", plan.printers, "how many printers for the memory measurement");
  app.add_option("--keep", keep, "an existing directory for logs and callgrind's output");
  app.add_flag("--smoke", smoke, "a short run that checks bytes and private memory; exit code 1 if one is wrong");
  app.add_flag("--no-agent", no_agent, "the relays only");
  app.add_flag("--no-instructions", no_instructions, "leave valgrind out");
  CLI11_PARSE(app, argc, argv);
  if (smoke) plan = smoke_plan();
  if (no_instructions) plan.count_instructions = false;
  if (no_agent) programs.agent.clear();
  std::string directory = (std::filesystem::temp_directory_path() / "relay-bench-XXXXXX").string();
  programs.work = keep.empty() ? ::mkdtemp(directory.data()) : keep;
  try {
    Benchmark benchmark(programs, plan);
    const bool right = benchmark.run();
    std::cerr << std::endl;
    benchmark.report();
    if (right && keep.empty()) std::filesystem::remove_all(programs.work);
    return smoke && !right ? 1 : 0;
  } catch (const std::exception& error) {
    std::cerr << "relay-bench: " << error.what() << std::endl;
    return 1;
  }
}
