// Lines of real printers that an earlier version misread, and their neighbours: each folder of tests/data/wild is a case
// (see the README there). A case without input.txt needs a printer and a host: tests/sim/live_case_test.cpp runs those.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gcode/decode/conversation.h"
#include "gcode/decode/decode.h"

namespace fs = std::filesystem;

namespace {

using Leaves = std::multimap<std::string, std::string>;  // "values.bed.actual" -> "33.5"

// Reads one JSON value. Strings keep their escapes: expected and decoded texts are written by the same rules.
class Json {
 public:
  explicit Json(std::string_view text) : rest_(text) {}

  Leaves leaves() {
    Leaves out;
    value("", out);
    skip();
    if (!rest_.empty()) fail();
    return out;
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error("not JSON from here: " + std::string(rest_)); }

  void skip() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) rest_.remove_prefix(1);
  }
  bool take(char mark) {
    skip();
    if (rest_.empty() || rest_.front() != mark) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string string() {
    if (!take('"')) fail();
    std::string text;
    for (; !rest_.empty() && rest_.front() != '"'; rest_.remove_prefix(1)) {
      if (rest_.front() == '\\') {
        text += rest_.front();
        rest_.remove_prefix(1);
      }
      if (rest_.empty()) break;
      text += rest_.front();
    }
    if (!take('"')) fail();
    return text;
  }
  void value(const std::string& path, Leaves& out) {
    skip();
    if (take('{')) {
      out.emplace(path, "{}");
      if (take('}')) return;
      do {
        const std::string key = string();
        if (!take(':')) fail();
        value(path.empty() ? key : path + "." + key, out);
      } while (take(','));
      if (!take('}')) fail();
    } else if (take('[')) {
      do value(path, out);
      while (take(','));
      if (!take(']')) fail();
    } else if (!rest_.empty() && rest_.front() == '"') {
      out.emplace(path, string());
    } else {
      const std::size_t end = std::min(rest_.find_first_of(",}] \n\r\t"), rest_.size());
      if (end == 0) fail();
      out.emplace(path, rest_.substr(0, end));
      rest_.remove_prefix(end);
    }
  }

  std::string_view rest_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "firmware: prusa-3.13" in a case's README; nullptr: the agent does not know the printer.
const gcode::dialect::Dialect* firmware_of(const std::string& readme) {
  for (const std::string_view mark : {"firmware: ", "--firmware "}) {
    const std::size_t at = readme.find(mark);
    if (at == std::string::npos) continue;
    const std::string_view rest = std::string_view(readme).substr(at + mark.size());
    return gcode::dialect::find_dialect(rest.substr(0, rest.find_first_of(" \n")));
  }
  return nullptr;
}

std::vector<std::string> decoded(const std::string& input, const gcode::dialect::Dialect* firmware) {
  std::vector<std::string> lines;
  gcode::decode::Conversation conversation(
      firmware, [](const gcode::decode::LineNote&, const gcode::command::Command&) {},
      [&lines](const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
        gcode::decode::append_decoded(note, reply, lines.emplace_back());
      });
  conversation.received_from_printer(input, std::nullopt);
  conversation.finish();
  return lines;
}

bool are_equal(const std::string& expected, const std::string& actual) {
  if (expected == actual) return true;
  char* end = nullptr;
  const double a = std::strtod(expected.c_str(), &end);
  if (end == expected.c_str() || *end != '\0') return false;
  const double b = std::strtod(actual.c_str(), &end);
  return end != actual.c_str() && *end == '\0' && std::abs(a - b) <= 1e-3;
}

// What is wrong with one decoded line, or nothing.
std::string difference(const Leaves& expected, const Leaves& actual) {
  const std::string kind = actual.find("kind")->second;
  bool kind_fits = false;
  for (auto [at, end] = expected.equal_range("kind"); at != end; ++at)
    kind_fits = kind_fits || at->second == kind || at->second == "any";
  if (!kind_fits) return "kind " + kind;
  if (const auto ok = expected.find("acknowledges"); ok != expected.end()) {
    if ((ok->second == "true") != actual.contains("acknowledges"))
      return actual.contains("acknowledges") ? "it acknowledges" : "it does not acknowledge";
  }
  const bool nothing_else = expected.contains("only");
  for (const auto& [path, value] : actual) {
    if (nothing_else && path.starts_with("values.") && !expected.contains(path)) return path + " is " + value;
  }
  for (const auto& [path, value] : expected) {
    if (!path.starts_with("values.")) continue;
    const auto found = actual.find(path);
    if (value == "null") {
      if (found != actual.end()) return path + " is there";
    } else if (found == actual.end()) {
      return path + " is missing";
    } else if (!are_equal(value, found->second)) {
      return path + " is " + found->second;
    }
  }
  return {};
}

std::string run(const fs::path& folder) {
  const std::vector<std::string> lines =
      decoded(contents(folder / "input.txt"), firmware_of(contents(folder / "README")));
  std::istringstream expectations(contents(folder / "expected.txt"));
  std::size_t at = 0;
  for (std::string expected; std::getline(expectations, expected); ++at) {
    if (at == lines.size()) return "the input has fewer lines than are expected";
    const std::string wrong = difference(Json(expected).leaves(), Json(lines[at]).leaves());
    if (!wrong.empty()) return wrong + "\n    expected " + expected + "\n    decoded  " + lines[at];
  }
  return at == 0 ? "expected.txt is empty" : "";
}

bool needs_a_printer(const fs::path& folder) {
  return !fs::exists(folder / "input.txt") || contents(folder / "README").find("live (") != std::string::npos;
}

// "temperature" of "temperature-t01-stock-cr-10s-pro"; "t" of "001-t01".
std::string kind_of(const std::string& name) {
  const std::string first = name.substr(0, name.find('-'));
  const bool is_number = std::all_of(first.begin(), first.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? name.substr(first.size() + 1, 1) : first;
}

struct Count {
  int right = 0, wrong = 0, not_run = 0;
};

}  // namespace

TEST_CASE("each line of tests/data/wild is decoded as expected") {
  std::map<std::string, Count> kinds;
  std::string wrong;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(fs::path(MARLIN_TESTS_DIR) / "data" / "wild")) {
    const bool is_print = entry.path().filename().string().starts_with("print-");  // wild_print_test.cpp reads those
    if (entry.is_directory() && !is_print) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename();
    Count& count = kinds[kind_of(name)];
    if (needs_a_printer(folder)) {
      ++count.not_run;
      continue;
    }
    const std::string fault = run(folder);
    ++(fault.empty() ? count.right : count.wrong);
    if (!fault.empty()) wrong += "  " + name + ": " + fault + "\n";
  }
  std::ostringstream table;
  table << "tests/data/wild    right  wrong  not run here (need a printer and a host)\n";
  Count all;
  const auto row = [&table](const std::string& name, const Count& count) {
    char text[80];
    std::snprintf(text, sizeof text, "%-16s %7d %6d %8d\n", name.c_str(), count.right, count.wrong, count.not_run);
    table << text;
  };
  for (const auto& [kind, count] : kinds) {
    row(kind, count);
    all.right += count.right;
    all.wrong += count.wrong;
    all.not_run += count.not_run;
  }
  row("all", all);
  std::cout << table.str();
  std::cout << wrong;
  CHECK(all.right > 100);
  CHECK(all.wrong == 0);
}
