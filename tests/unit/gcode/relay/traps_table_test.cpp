// Every trap of the protocols has a test with its number in the name, or a reason in traps.md.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> numbers_in(const std::string& text) {
  static const std::regex number(R"(\b(P7\.\d+|H\d+|M\d+\.\d+)\b)");
  std::set<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), number); at != std::sregex_iterator(); ++at)
    found.insert(at->str(1));
  return found;
}

/// Numbers in the names of test cases: `"P7.9, P7.21: injected queries ..."`.
std::set<std::string> tested() {
  static const std::regex name(R"re(TEST_CASE\(\s*"([^:"]*):)re");
  std::set<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(MARLIN_TESTS_DIR)) {
    if (!file.path().string().ends_with("_test.cpp")) continue;
    const std::string text = contents(file.path());
    for (auto at = std::sregex_iterator(text.begin(), text.end(), name); at != std::sregex_iterator(); ++at)
      found.merge(numbers_in(at->str(1)));
  }
  return found;
}

/// The names of all test cases.
std::set<std::string> test_names() {
  static const std::regex name(R"re(TEST_CASE\(\s*"([^"]*)"\))re");
  std::set<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(MARLIN_TESTS_DIR)) {
    if (!file.path().string().ends_with("_test.cpp")) continue;
    const std::string text = contents(file.path());
    for (auto at = std::sregex_iterator(text.begin(), text.end(), name); at != std::sregex_iterator(); ++at)
      found.insert(at->str(1));
  }
  return found;
}

struct Row {
  std::string number, verdict, trap, carried_by;
};

std::string trimmed(std::string cell) {
  cell.erase(0, std::min(cell.find_first_not_of(' '), cell.size()));
  cell.erase(cell.find_last_not_of(' ') + 1);
  return cell;
}

/// Rows "| M1.1 | tested | the trap | the name of the test |".
std::vector<Row> marlin_rows() {
  static const std::regex row(R"(\| (M\d+\.\d+) \| (\w+) \| (.*) \| (.*) \|)");
  std::istringstream table(contents(std::filesystem::path(MARLIN_TESTS_DIR) / "unit" / "gcode" / "relay" / "traps.md"));
  std::vector<Row> found;
  std::smatch cells;
  for (std::string line; std::getline(table, line);) {
    if (std::regex_match(line, cells, row)) found.push_back({cells[1], cells[2], trimmed(cells[3]), trimmed(cells[4])});
  }
  return found;
}

/// Rows of the table: "| P7.11 | argued | why |" or "| P7.11 | tested | what |".
std::set<std::string> rows(const std::string& verdict) {
  std::istringstream table(contents(std::filesystem::path(MARLIN_TESTS_DIR) / "unit" / "gcode" / "relay" / "traps.md"));
  std::set<std::string> found;
  for (std::string line; std::getline(table, line);) {
    const auto second = line.find('|', 1);
    if (line.empty() || line[0] != '|' || second == std::string::npos || line.find(verdict, second) != second + 2)
      continue;
    found.merge(numbers_in(line.substr(0, second)));
  }
  return found;
}

}  // namespace

TEST_CASE("every trap and every scenario has a test or a reason") {
  const auto with_test = tested();
  const auto argued = rows("argued");
  const auto check = [&](const std::string& number) {
    INFO(number);
    CHECK((with_test.contains(number) || argued.contains(number)));
  };
  for (int n = 1; n <= 32; ++n) check("P7." + std::to_string(n));
  for (int n = 1; n <= 43; ++n) check("H" + std::to_string(n));
}

TEST_CASE("every trap with the verdict tested has its number in the name of a test") {
  const auto with_test = tested();
  for (const auto& number : rows("tested")) {
    INFO(number);
    CHECK(with_test.contains(number));
  }
}

TEST_CASE("each trap in the Marlin facts is in the table, in order, without a gap") {
  // Section 9 of the facts summarises the others.
  const std::vector<std::pair<int, int>> traps_of_section{{1, 16}, {2, 13}, {3, 5}, {4, 6}, {5, 7},
                                                          {6, 8},  {7, 12}, {8, 8}, {10, 7}};
  std::vector<std::string> expected, found;
  for (const auto& [section, traps] : traps_of_section) {
    for (int n = 1; n <= traps; ++n) expected.push_back("M" + std::to_string(section) + "." + std::to_string(n));
  }
  for (const Row& row : marlin_rows()) found.push_back(row.number);
  CHECK(found == expected);
}

TEST_CASE("each of Marlin's traps names an existing test with its number, or gives a reason") {
  const auto names = test_names();
  for (const Row& row : marlin_rows()) {
    INFO(row.number << ": " << row.carried_by);
    CHECK(row.trap.size() > 10);
    if (row.verdict == "argued") {
      CHECK(row.carried_by.size() > 20);
      continue;
    }
    CHECK(row.verdict == "tested");
    CHECK(names.contains(row.carried_by));
    CHECK(numbers_in(row.carried_by.substr(0, row.carried_by.find(':'))).contains(row.number));
  }
}
