#include "tests/sim/print_scenario.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>

using gcode::printer::PrintResult;

namespace {

constexpr std::uint64_t kScenarios = 1000;
constexpr const char* kResults[] = {"completed", "cancelled", "failed", "open"};

/// What cannot be seen on the serial line; also in tests/README.md.
constexpr const char* kNotVisible =
    "What cannot be seen on the serial line:\n"
    "  - a print sent without line numbers (cat, a terminal) is no print to the agent: it is like typed commands\n"
    "  - Printrun's cancel sends nothing: until its port closes, its heaters go off or M110 comes it is a pause\n"
    "  - OctoPrint without M73 in the file, cancelled with its M108 switched off: M84 and M104 S0 count as an end code\n"
    "  - a cancel after the file's M73 P100, or beyond 90 % with the heaters switched off, counts as the end\n"
    "  - a print that continues after a power panic is a second print\n"
    "  - an SD print while the cable was unplugged: what happened meanwhile\n";

struct Table {
  std::map<int, std::map<int, int>> counts;
  std::vector<std::string> wrong;
  int met = 0;

  void add(const sim::PrintScenario& scenario) {
    const sim::PrintScenarioEnd end = sim::run_print_scenario(scenario);
    if (!end.happened) return;  // host and firmware are incompatible: the print did not get so far
    ++met;
    const int truth = static_cast<int>(*sim::truth_of(scenario));
    const int reported = end.result ? static_cast<int>(*end.result) : 3;
    ++counts[truth][reported];
    if (truth != reported || end.started != 1) {
      wrong.push_back(sim::describe(scenario) + ": " + kResults[reported] + ", " + std::to_string(end.started) +
                      " started: " + end.why);
    }
    if (scenario.outcome == sim::PrintOutcome::kPause && end.left_out_seconds < end.paused_seconds - 15) {
      wrong.push_back(sim::describe(scenario) + ": a pause of " + std::to_string(end.paused_seconds) + " s, left out " +
                      std::to_string(end.left_out_seconds));
    }
    const bool host_prints = scenario.host != "card" && scenario.host != "menu";
    if (host_prints && reported == 0 && std::abs(end.extruded_mm - end.commanded_mm) > 1e-6) {
      wrong.push_back(sim::describe(scenario) + ": filament " + std::to_string(end.extruded_mm) + " mm of " +
                      std::to_string(end.commanded_mm));
    }
  }
  void print(std::ostream& out) const {
    out << "prints checked: " << met << " of " << kScenarios
        << "\n  truth \\ agent  completed  cancelled  failed  open\n";
    for (const auto& [truth, row] : counts) {
      out << "  " << kResults[truth] << "     ";
      for (int reported = 0; reported < 4; ++reported)
        out << "  " << (row.count(reported) != 0 ? row.at(reported) : 0) << "       ";
      out << '\n';
    }
    for (const std::string& text : wrong) out << "  WRONG " << text << '\n';
    out << kNotVisible;
  }
};

}  // namespace

TEST_CASE("the agent reports the outcome of each of a thousand prints") {
  const char* asked = std::getenv("MARLIN_SCENARIOS");  // "17" or "1-100": only these
  Table table;
  std::uint64_t first = 1, last = kScenarios;
  if (asked != nullptr) {
    first = last = std::strtoull(asked, nullptr, 10);
    if (const char* dash = std::strchr(asked, '-')) last = std::strtoull(dash + 1, nullptr, 10);
  }
  for (std::uint64_t seed = first; seed <= last; ++seed) table.add(sim::draw_print_scenario(seed));
  table.print(std::cout);
  CHECK(table.wrong.empty());
  CHECK((asked != nullptr || table.met > 800));
}
