// The cases of tests/data/wild with "runner: live" in their README: a printer and a host through the real relay.
#include "tests/sim/live_case.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> live_cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::path(MARLIN_TESTS_DIR) / "data" / "wild")) {
    if (entry.is_directory() && contents(entry.path() / "README").find("runner: live\n") != std::string::npos)
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string on_one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) text.replace(at, 1, "\\n");
  return text;
}

// A row of the table for one value.
std::string row(const sim::Expectation& e) {
  char text[200];
  const std::string name = e.look.empty() ? e.name : e.look + "." + e.name;
  std::snprintf(text, sizeof text, "    %-28s %-14s %-14s%s\n", name.c_str(), e.value.c_str(),
                on_one_line(e.got).substr(0, 120).c_str(), e.holds ? "" : " WRONG");
  return text;
}

bool is_refused(std::string_view scenario, std::string_view expected) {
  try {
    (void)sim::run_live_case(scenario, expected);
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

TEST_CASE("each live case of tests/data/wild is seen as its folder says") {
  std::map<std::string, std::pair<int, int>> kinds;  // right, all
  std::string kind;
  for (const fs::path& folder : live_cases()) {
    const std::string name = folder.filename();
    if (const std::string own = name.substr(0, name.find('-')); own != kind) {
      kind = own;
      std::cout << "tests/data/wild, " << kind << "                  expected       got\n";
    }
    INFO(name);
    std::vector<sim::Expectation> all;
    REQUIRE_NOTHROW(all = sim::run_live_case(contents(folder / "scenario.txt"), contents(folder / "expected.txt")));
    const bool right = std::all_of(all.begin(), all.end(), [](const sim::Expectation& e) { return e.holds; });
    kinds[kind].first += right ? 1 : 0;
    ++kinds[kind].second;
    std::cout << "  " << name << '\n';
    for (const sim::Expectation& e : all) {
      std::cout << row(e);
      INFO(row(e));
      CHECK(e.holds);
    }
  }
  int cases = 0;
  for (const auto& [name, count] : kinds) {
    std::cout << name << ": " << count.first << " of " << count.second << " right\n";
    cases += count.second;
  }
  CHECK(cases >= 45);
}

TEST_CASE("a live case with a step, a value or a name that does not exist is refused, and so is one without values") {
  CHECK_FALSE(is_refused("on\n+ 1\n", "foreign 0\n"));
  CHECK(is_refused("on\nsing\n", "foreign 0\n"));
  CHECK(is_refused("on\n+ soon\n", "foreign 0\n"));
  CHECK(is_refused("on\nlook here\n", "foreign 0\n"));
  CHECK(is_refused("on\nprinter marlin-1.0\n", "foreign 0\n"));
  CHECK(is_refused("printer of-nobody\n", "foreign 0\n"));
  CHECK(is_refused("on\n", "beauty 1\n"));
  CHECK(is_refused("on\n", "foreign\n"));
  CHECK(is_refused("on\n", "# nothing\n"));
}

TEST_CASE("a value that the scenario never looks at does not hold") {
  const auto all = sim::run_live_case("on\n+ 1\n", "rest.foreign 0\n");
  REQUIRE(all.size() == 1);
  CHECK_FALSE(all[0].holds);
}

TEST_CASE("expected values: numbers, limits, known, none, not") {
  CHECK(sim::fits("7", "7.000"));
  CHECK_FALSE(sim::fits("7", "8"));
  CHECK(sim::fits("known", "0"));
  CHECK_FALSE(sim::fits("known", "none"));
  CHECK(sim::fits("none", "none"));
  CHECK_FALSE(sim::fits("none", "0"));
  CHECK(sim::fits("<20", "5.5"));
  CHECK_FALSE(sim::fits("<20", "20"));
  CHECK_FALSE(sim::fits("<20", "none"));
  CHECK(sim::fits(">3", "4"));
  CHECK_FALSE(sim::fits(">3", "3"));
  CHECK(sim::fits("!31", "none"));
  CHECK_FALSE(sim::fits("!31", "31.0"));
  CHECK(sim::fits("completed", "completed"));
}
