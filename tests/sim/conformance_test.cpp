// The virtual printer against the recorded conversations with real firmware. conformance_exceptions.txt lists what it
// does not reproduce, with the reason; an exception that is no longer needed fails too. The summary per scenario:
// sim-tests "[summary]".
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "tests/sim/printer_conformance.h"

namespace {

using Key = std::tuple<std::string, char, std::string>;  ///< scenario, sign, line

const std::string kFolder = std::string(MARLIN_TESTS_DIR) + "/data/recordings";

std::string visible(const std::string& text) {
  std::string shown;
  for (const char c : text) {
    if (c == '\r') shown += "\\r";
    else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) shown += '?';
    else shown += c;
  }
  return shown;
}

struct Exceptions {
  std::map<Key, int> lines;                    ///< how often
  std::map<std::string, std::string> skipped;  ///< whole scenarios
};

// A line: scenario TAB sign and count TAB the line TAB reason. "#" begins a comment. Sign '*': the whole scenario.
Exceptions read_exceptions() {
  Exceptions exceptions;
  std::ifstream file(std::string(MARLIN_TESTS_DIR) + "/sim/conformance_exceptions.txt");
  REQUIRE(file.good());
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::stringstream fields(line);
    std::string scenario, sign, text, reason;
    std::getline(fields, scenario, '\t');
    std::getline(fields, sign, '\t');
    std::getline(fields, text, '\t');
    std::getline(fields, reason, '\t');
    INFO("exception without a reason: " << line);
    REQUIRE(!reason.empty());
    if (sign == "*") exceptions.skipped[scenario] = reason;
    else exceptions.lines[{scenario, sign[0], text}] += std::stoi(sign.substr(1));
  }
  return exceptions;
}

std::map<Key, int> differences_of_all() {
  std::map<Key, int> found;
  for (const sim::Session& session : sim::all_sessions()) {
    for (const sim::Difference& difference : sim::compare_session(session, kFolder).differences) {
      ++found[{difference.scenario, difference.sign, visible(difference.line)}];
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the virtual printer sends what the recorded firmware sent, or an exception gives the reason") {
  const Exceptions exceptions = read_exceptions();
  const std::map<Key, int> found = differences_of_all();
  for (const auto& [key, count] : found) {
    const auto allowed = exceptions.lines.find(key);
    INFO(std::get<0>(key) << "\t" << std::get<1>(key) << count << "\t" << std::get<2>(key));
    CHECK((allowed == exceptions.lines.end() ? 0 : allowed->second) == count);
  }
  for (const auto& [key, count] : exceptions.lines) {
    INFO("no longer needed: " << std::get<0>(key) << "\t" << std::get<1>(key) << count << "\t" << std::get<2>(key));
    CHECK(found.count(key) == 1);
  }
}

TEST_CASE("every recording is replayed, or an exception gives the reason") {
  const Exceptions exceptions = read_exceptions();
  std::set<std::string> played;
  for (const sim::Session& session : sim::all_sessions()) {
    for (const sim::Scenario& scenario : session.scenarios) CHECK(played.insert(scenario.name).second);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".jsonl") continue;
    const std::string name = std::filesystem::relative(entry.path(), kFolder).replace_extension().string();
    INFO(name);
    CHECK(played.count(name) + exceptions.skipped.count(name) == 1);
  }
}

TEST_CASE("conformance summary per scenario", "[.][summary]") {
  for (const sim::Session& session : sim::all_sessions()) {
    const sim::Comparison comparison = sim::compare_session(session, kFolder);
    for (const sim::ScenarioCount& count : comparison.counts) {
      std::printf("%-55s %-24s lines %4d reproduced %4d excepted %3d timed %4d\n", count.scenario.c_str(),
                  session.firmware.c_str(), count.lines, count.reproduced, count.lines - count.reproduced, count.timed);
    }
    for (const sim::Difference& difference : comparison.differences) {
      std::printf("%s\t%c1\t%s\n", difference.scenario.c_str(), difference.sign, visible(difference.line).c_str());
    }
  }
}
