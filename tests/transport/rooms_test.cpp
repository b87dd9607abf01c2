// Dependencies point one way: gcode <- nothing, transport <- Boost.Asio, agent <- both. The linker sees it only where a
// function is called; this reads the includes themselves.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace {

struct Include {
  std::string file;
  std::string target;  ///< between the quotes or brackets
  bool quoted = false;
};

std::vector<Include> includes_of(const std::filesystem::path& file) {
  std::vector<Include> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("#include", 0) != 0) continue;
    const auto open = line.find_first_of("<\"");
    if (open == std::string::npos) continue;
    const auto close = line.find_first_of(">\"", open + 1);
    found.push_back({file.filename().string(), line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return found;
}

/// Its sources; what stands among them to test or run them (only in tests/sim) is not the room.
std::vector<std::filesystem::path> sources_of_room(const std::string& room) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(MARLIN_TESTS_DIR) / ".." / room)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".h") && !name.ends_with(".cpp")) continue;
    if (!name.ends_with("_test.cpp") && !name.ends_with("_main.cpp")) files.push_back(entry.path());
  }
  REQUIRE_FALSE(files.empty());
  return files;
}

std::vector<Include> includes_of_room(const std::string& room) {
  std::vector<Include> all;
  for (const auto& file : sources_of_room(room)) {
    for (Include& include : includes_of(file)) all.push_back(std::move(include));
  }
  return all;
}

std::string offenders(const std::string& room, const std::function<bool(const Include&)>& is_allowed) {
  std::string list;
  for (const Include& include : includes_of_room(room)) {
    if (!is_allowed(include)) list += room + "/" + include.file + " includes " + include.target + "\n";
  }
  return list;
}

/// Words that read a clock, the environment or a file, whatever header they came by (snprintf() from <cstdio> is pure).
std::string impure_words_of_room(const std::string& room) {
  std::string list;
  for (const auto& file : sources_of_room(room)) {
    std::ifstream in(file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      for (const char* word : {"_clock::now", "fopen(", "fprintf(", " printf(", "getenv(", "std::thread", "std::mutex",
                               "std::cout", "std::cerr"}) {
        if (line.find(word) != std::string::npos)
          list += file.filename().string() + ":" + std::to_string(number) + " says " + word + "\n";
      }
    }
  }
  return list;
}

bool begins_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

/// Headers without a suffix are the standard library's; these of them bring in a clock, a thread or I/O.
bool is_pure_standard(const std::string& header) {
  static const std::set<std::string> kImpure{"thread",     "mutex",   "shared_mutex", "condition_variable", "future",
                                             "atomic",     "fstream", "iostream",     "filesystem",         "iomanip",
                                             "ctime",      "random",  "stop_token",   "semaphore",          "coroutine",
                                             "syncstream", "latch",   "barrier"};
  return header.find_first_of("./") == std::string::npos && !kImpure.contains(header);
}

}  // namespace

TEST_CASE("gcode/ includes only itself and the pure part of the standard library") {
  CHECK(offenders("gcode", [](const Include& include) {
          return include.quoted ? begins_with(include.target, "gcode/") : is_pure_standard(include.target);
        }) == "");
  CHECK(impure_words_of_room("gcode") == "");
}

TEST_CASE("transport/ includes no other room of the project") {
  CHECK(offenders("transport", [](const Include& include) {
          return !include.quoted || begins_with(include.target, "transport/");
        }) == "");
}

TEST_CASE("agent/ includes the rooms below it and the models of the demo, no test") {
  CHECK(offenders("agent", [](const Include& include) {
          if (!include.quoted) return true;
          for (const char* room : {"agent/", "gcode/", "transport/", "tests/sim/"}) {
            if (begins_with(include.target, room)) return true;
          }
          return false;
        }) == "");
}

TEST_CASE("tests/sim/ is as pure as gcode/") {
  CHECK(offenders("tests/sim", [](const Include& include) {
          if (include.quoted) return begins_with(include.target, "gcode/") || begins_with(include.target, "tests/sim/");
          if (include.file == "recording.cpp" && include.target == "fstream") return true;  // writes down a failing run
          return is_pure_standard(include.target) || include.target == "random";
        }) == "");
  CHECK(impure_words_of_room("tests/sim") == "");
}
