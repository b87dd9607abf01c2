#include "tests/sim/print_scenario.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>

using gcode::printer::PrintResult;

namespace {

constexpr std::uint64_t kStories = 1000;
constexpr const char* kWords[] = {"completed", "cancelled", "failed", "open"};

/// What even a person who reads the line could not tell; it stands in tests/README.md too.
constexpr const char* kCannotTell =
    "What the line cannot tell:\n"
    "  - a print sent without line numbers (cat, a terminal) is no print to the agent: it looks like commands typed\n"
    "  - Printrun's cancel sends nothing: until its port closes, its heaters go off or M110 comes it is a pause\n"
    "  - OctoPrint without M73 in the file, cancelled with its M108 switched off: M84 and M104 S0 are an end code\n"
    "  - a cancel after the file's M73 P100, or behind 90 % with the heaters switched off, is an end\n"
    "  - a print that goes on after a power panic is a second print\n"
    "  - a card's print whose cable was out: what happened meanwhile\n";

struct Table {
  std::map<int, std::map<int, int>> counts;
  std::vector<std::string> wrong;
  int met = 0;

  void add(const sim::PrintScenario& scenario) {
    const sim::PrintScenarioEnd end = sim::run_print_scenario(scenario);
    if (!end.happened) return;  // host and firmware cannot live together: the print did not come so far
    ++met;
    const int truth = static_cast<int>(*sim::truth_of(scenario));
    const int said = end.result ? static_cast<int>(*end.result) : 3;
    ++counts[truth][said];
    if (truth != said || end.started != 1) {
      wrong.push_back(sim::describe(scenario) + ": " + kWords[said] + ", " + std::to_string(end.started) +
                      " started: " + end.why);
    }
    if (scenario.outcome == sim::PrintOutcome::kPause && end.left_out_seconds < end.paused_seconds - 15) {
      wrong.push_back(sim::describe(scenario) + ": a pause of " + std::to_string(end.paused_seconds) + " s, left out " +
                      std::to_string(end.left_out_seconds));
    }
    const bool host_prints = scenario.host != "card" && scenario.host != "menu";
    if (host_prints && said == 0 && std::abs(end.extruded_mm - end.commanded_mm) > 1e-6) {
      wrong.push_back(sim::describe(scenario) + ": filament " + std::to_string(end.extruded_mm) + " mm of " +
                      std::to_string(end.commanded_mm));
    }
  }
  void print(std::ostream& out) const {
    out << "prints judged: " << met << " of " << kStories << "\n  truth \\ agent  completed  cancelled  failed  open\n";
    for (const auto& [truth, row] : counts) {
      out << "  " << kWords[truth] << "     ";
      for (int said = 0; said < 4; ++said) out << "  " << (row.count(said) != 0 ? row.at(said) : 0) << "       ";
      out << '\n';
    }
    for (const std::string& text : wrong) out << "  WRONG " << text << '\n';
    out << kCannotTell;
  }
};

}  // namespace

TEST_CASE("of a thousand prints the agent tells each one's fate") {
  const char* asked = std::getenv("MARLIN_STORIES");  // "17" or "1-100", to look closer
  Table table;
  std::uint64_t first = 1, last = kStories;
  if (asked != nullptr) {
    first = last = std::strtoull(asked, nullptr, 10);
    if (const char* dash = std::strchr(asked, '-')) last = std::strtoull(dash + 1, nullptr, 10);
  }
  for (std::uint64_t seed = first; seed <= last; ++seed) table.add(sim::draw_print_scenario(seed));
  table.print(std::cout);
  CHECK(table.wrong.empty());
  CHECK((asked != nullptr || table.met > 800));
}
