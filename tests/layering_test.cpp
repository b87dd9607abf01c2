// The modules and what each may include: one literal table. A folder with sources is a module; its namespace and its
// CMake target are named after it. The linker sees a dependency only where a function is called; this reads the sources.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kRoot = fs::path(MARLIN_TESTS_DIR) / "..";

struct Row {
  std::string module;
  Names may_include;  ///< besides itself
};

// Lower modules first: no row includes one of a later row.
const std::vector<Row> kModules{
    {"gcode/line", {}},
    {"gcode/command", {"gcode/line"}},
    {"gcode/dialect", {"gcode/line"}},
    {"gcode/reply", {"gcode/dialect", "gcode/line"}},
    {"gcode/printer", {"gcode/command", "gcode/dialect", "gcode/line", "gcode/reply"}},
    {"gcode/planner", {"gcode/command", "gcode/dialect", "gcode/line", "gcode/printer"}},
    {"gcode/decode", {"gcode/command", "gcode/dialect", "gcode/line", "gcode/reply"}},
    {"gcode/relay", {"gcode/command", "gcode/dialect", "gcode/line", "gcode/planner", "gcode/printer", "gcode/reply"}},
    {"transport", {}},
    {"tests/sim",
     {"gcode/command", "gcode/decode", "gcode/dialect", "gcode/line", "gcode/printer", "gcode/relay", "gcode/reply"}},
    {"agent/text", {"gcode/line"}},
    {"agent/net", {}},
    {"agent/terminal", {"gcode/line"}},
    {"agent/web/http", {"agent/text"}},
    {"agent/process", {"gcode/line"}},
    {"agent/port_users", {"agent/process"}},
    {"agent/snapshot", {"gcode/dialect", "gcode/printer", "gcode/reply"}},
    {"agent/config", {"agent/text", "gcode/line", "gcode/relay", "transport"}},
    {"agent/log", {"agent/config", "agent/text", "gcode/line"}},
    {"agent/restart", {"agent/process", "gcode/relay", "transport"}},
    {"agent/control", {"agent/config", "agent/net", "agent/process", "gcode/line", "transport"}},
    {"agent/jobs", {"agent/log", "agent/process", "agent/snapshot", "agent/text", "gcode/line", "gcode/printer"}},
    {"agent/metrics", {"agent/log", "agent/process", "agent/snapshot", "agent/text", "gcode/line", "gcode/printer"}},
    {"agent/recording",
     {"agent/config", "agent/log", "agent/process", "agent/terminal", "agent/text", "gcode/decode", "gcode/line",
      "transport"}},
    {"agent/incident",
     {"agent/log", "agent/process", "agent/recording", "agent/snapshot", "agent/text", "gcode/command", "gcode/decode",
      "gcode/dialect", "gcode/line", "gcode/printer", "gcode/relay", "transport"}},
    {"agent/usb", {"agent/config", "agent/log", "agent/text", "gcode/line", "transport"}},
    {"agent/tools",
     {"agent/config", "agent/incident", "agent/metrics", "agent/process", "agent/terminal", "agent/text",
      "gcode/line"}},
    {"agent/status",
     {"agent/control", "agent/metrics", "agent/process", "agent/snapshot", "agent/terminal", "agent/text"}},
    {"agent/link",
     {"agent/config", "agent/control", "agent/incident", "agent/log", "agent/process", "agent/recording",
      "agent/restart", "agent/snapshot", "agent/text", "gcode/decode", "gcode/line", "gcode/printer", "gcode/relay",
      "transport"}},
    {"agent/web/api", {"agent/metrics", "agent/snapshot", "agent/status", "agent/text", "agent/web/http"}},
    {"agent/web/server",
     {"agent/log", "agent/metrics", "agent/net", "agent/process", "agent/snapshot", "agent/text", "agent/web/api",
      "agent/web/http"}},
    {"agent/web/access", {"agent/text", "agent/web/server"}},
    {"agent/daemon",
     {"agent/config", "agent/control", "agent/incident", "agent/jobs", "agent/link", "agent/log", "agent/process",
      "agent/recording", "agent/restart", "agent/snapshot", "agent/status", "agent/usb", "agent/web/server",
      "gcode/line", "transport"}},
    {"agent/demo",
     {"agent/config", "agent/daemon", "agent/jobs", "agent/log", "agent/metrics", "agent/process", "agent/snapshot",
      "agent/status", "agent/terminal", "agent/text", "tests/sim", "transport"}},
    {"agent/doctor", {"agent/config", "agent/text", "agent/usb", "transport"}},
    {"agent/cli",
     {"agent/config", "agent/control", "agent/daemon", "agent/doctor", "agent/incident", "agent/jobs", "agent/log",
      "agent/metrics", "agent/process", "agent/recording", "agent/snapshot", "agent/status", "agent/terminal",
      "agent/text", "agent/usb", "agent/web/server", "gcode/decode", "transport"}},
    {"agent", {"agent/cli", "agent/metrics"}},  // main.cpp
};

/// Tests and programs in tests/sim are not part of its module.
bool is_source(const fs::path& file) {
  const std::string name = file.filename().string();
  return (name.ends_with(".h") || name.ends_with(".cpp")) && !name.ends_with("_test.cpp") &&
         !name.ends_with("_main.cpp");
}

std::string from_root(const fs::path& file) { return file.lexically_relative(kRoot).generic_string(); }
std::string module_of(const std::string& path) { return fs::path(path).parent_path().generic_string(); }
std::string unit_of(const std::string& path) { return path.substr(0, path.rfind('.')); }

/// Every source of the product and of the models, relative to the root of the project.
std::vector<std::string> sources() {
  std::vector<std::string> found;
  for (const char* layer : {"gcode", "transport", "agent", "tests/sim"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / layer)) {
      if (entry.is_regular_file() && is_source(entry.path())) found.push_back(from_root(entry.path()));
    }
  }
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() > 300);
  return found;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(kRoot / path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Include {
  std::string target;
  bool quoted = false;
};

std::vector<Include> includes_of(const std::string& path) {
  std::vector<Include> found;
  for (const std::string& line : lines_of(path)) {
    if (!line.starts_with("#include")) continue;
    const auto open = line.find_first_of("<\"");
    if (open == std::string::npos) continue;
    const auto close = line.find_first_of(">\"", open + 1);
    found.push_back({line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return found;
}

const Row* row_of(const std::string& module) {
  const auto row = std::find_if(kModules.begin(), kModules.end(), [&](const Row& r) { return r.module == module; });
  return row != kModules.end() ? &*row : nullptr;
}

/// "agent/web/http" -> "agent::web::http"
std::string namespace_of(const std::string& module) {
  if (module == "tests/sim") return "sim";
  std::string out;
  for (const char c : module) out += c == '/' ? std::string("::") : std::string(1, c);
  return out;
}

/// Headers without a suffix belong to the standard library; the listed ones bring in a clock, a thread or I/O.
bool is_pure_standard(const std::string& header) {
  static const Names kImpure{"thread",     "mutex",   "shared_mutex", "condition_variable", "future",
                             "atomic",     "fstream", "iostream",     "filesystem",         "iomanip",
                             "ctime",      "random",  "stop_token",   "semaphore",          "coroutine",
                             "syncstream", "latch",   "barrier"};
  return header.find_first_of("./") == std::string::npos && !kImpure.contains(header);
}

}  // namespace

TEST_CASE("every folder with sources is a module of the table, and every row is a folder") {
  Names folders;
  for (const std::string& path : sources()) folders.insert(module_of(path));
  for (const std::string& folder : folders) {
    INFO(folder);
    CHECK(row_of(folder) != nullptr);
  }
  for (const Row& row : kModules) {
    INFO(row.module);
    CHECK(folders.contains(row.module));
  }
}

TEST_CASE("a module of the table includes lower modules only") {
  Names before;
  for (const Row& row : kModules) {
    for (const std::string& lower : row.may_include) {
      INFO(row.module << " may include " << lower);
      CHECK(before.contains(lower));
    }
    before.insert(row.module);
  }
}

TEST_CASE("every file includes only what its module may include") {
  for (const std::string& path : sources()) {
    const Row* row = row_of(module_of(path));
    if (row == nullptr) continue;  // reported by the first test
    for (const Include& include : includes_of(path)) {
      if (!include.quoted) continue;
      const std::string target = module_of(include.target);
      INFO(path << " includes " << include.target);
      CHECK(fs::exists(kRoot / include.target));
      CHECK((target == row->module || row->may_include.contains(target)));
    }
  }
}

TEST_CASE("no two units include each other, directly or indirectly") {
  std::map<std::string, Names> uses;
  for (const std::string& path : sources()) {
    if (path.starts_with("tests/")) continue;  // the models may include each other
    for (const Include& include : includes_of(path)) {
      if (include.quoted && unit_of(include.target) != unit_of(path))
        uses[unit_of(path)].insert(unit_of(include.target));
    }
  }
  // Repeatedly removes the units without a remaining dependency: the rest is on a cycle or above one.
  for (bool changed = true; changed;) {
    changed = false;
    for (auto it = uses.begin(); it != uses.end();) {
      std::erase_if(it->second, [&](const std::string& used) { return !uses.contains(used); });
      changed = changed || it->second.empty();
      it = it->second.empty() ? uses.erase(it) : std::next(it);
    }
  }
  std::string left;
  for (const auto& [unit, used] : uses) {
    for (const std::string& other : used) left += unit + " -> " + other + "\n";
  }
  CHECK(left == "");
}

TEST_CASE("a module's namespace matches its folder") {
  for (const std::string& path : sources()) {
    const std::string module = module_of(path);
    if (path.ends_with("main.cpp") || path.ends_with("module.cpp")) continue;  // a program's entry
    bool opens = false;
    for (const std::string& line : lines_of(path)) {
      // the module's namespace, or one within it
      opens = opens || line.starts_with("namespace " + namespace_of(module) + " {") ||
              line.starts_with("namespace " + namespace_of(module) + "::");
    }
    INFO(path << " does not open namespace " << namespace_of(module));
    CHECK(opens);
  }
}

TEST_CASE("a module is a library of the same name that lists its sources") {
  for (const Row& row : kModules) {
    if (row.module == "agent" || row.module == "agent/port_users" || row.module == "tests/sim") continue;
    std::string text;
    for (const std::string& line : lines_of(row.module + "/CMakeLists.txt")) text += line + '\n';
    std::string target = row.module;
    std::replace(target.begin(), target.end(), '/', '-');
    INFO(row.module);
    CHECK(text.find("add_library(" + target + ' ') != std::string::npos);
    CHECK(text.find("GLOB") == std::string::npos);
    CHECK(text.find("target_link_libraries(" + target) != std::string::npos);
  }
  for (const std::string& path : sources()) {
    if (!path.ends_with(".cpp") || path.starts_with("tests/")) continue;
    std::string text;
    for (const std::string& line : lines_of(module_of(path) + "/CMakeLists.txt")) text += line + '\n';
    INFO(path << " is not in any list of sources");
    CHECK(text.find(fs::path(path).filename().string()) != std::string::npos);
  }
}

TEST_CASE("agent/ itself contains only main.cpp, CMakeLists.txt and the modules") {
  for (const auto& entry : fs::directory_iterator(kRoot / "agent")) {
    if (entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    INFO(name);
    CHECK((name == "main.cpp" || name == "CMakeLists.txt"));
  }
}

TEST_CASE("gcode/ and the models are pure: no clock, no thread, no file, no environment") {
  for (const std::string& path : sources()) {
    if (!path.starts_with("gcode/") && !path.starts_with("tests/sim/")) continue;
    for (const Include& include : includes_of(path)) {
      if (include.quoted) continue;
      if (path == "tests/sim/recording.cpp" && include.target == "fstream") continue;  // records a failing run
      if (path.starts_with("tests/sim/") && include.target == "random") continue;      // seeded
      INFO(path << " includes " << include.target);
      CHECK(is_pure_standard(include.target));
    }
    // Identifiers that read a clock, the environment or a file, from any header (snprintf() from <cstdio> is pure).
    for (const std::string& line : lines_of(path)) {
      for (const char* word : {"_clock::now", "fopen(", "fprintf(", " printf(", "getenv(", "std::thread", "std::mutex",
                               "std::cout", "std::cerr"}) {
        INFO(path << " contains " << word);
        CHECK(line.find(word) == std::string::npos);
      }
    }
  }
}
