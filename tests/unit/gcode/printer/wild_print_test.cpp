// What prints of real slicers, hosts and firmwares look like, each a folder tests/data/wild/print-*: adding a case is
// adding a folder. README: source, and what it is about. input.txt is a conversation on an own clock, a line each:
//
//   firmware NAME   the printer answers M115 so (first line; Marlin 2.1.2 without it)
//   begin           a print begins: numbered from N0, hot end 215, bed 60, homed, relative E, 20 mm of filament
//   > LINE          the host's next numbered line, with its checksum; the printer answers ok
//   ~ LINE          the same, but the ok is lost
//   ! LINE          a host line as it stands, without number; the printer answers ok
//   ? LINE          the same, but the answer is in the lines below
//   < LINE          a line of the printer
//   + SECONDS       nothing happens, no line is in flight
//   close           the host closes its port
//
// expected.txt: "NAME VALUE" a line, as `told` below spells them; "none" is a value that is unknown.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "gcode/printer/print_rules.h"
#include "tests/unit/gcode/relay/rules_rig.h"

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using gcode::printer::State;

namespace {

class Conversation {
 public:
  Conversation() : r_(listening()) {
    r_.pass(5s);
    r_.attach();
  }

  void line(const std::string& text) {
    std::istringstream words(text);
    std::string verb;
    words >> verb;
    std::string rest;
    std::getline(words >> std::ws, rest);
    if (verb == "firmware") return introduce(rest);
    introduce("Marlin 2.1.2 (Nov 21 2026 01:23:22)");
    if (verb == "begin") {
      begin();
    } else if (verb == ">" || verb == "~") {
      numbered(rest, verb == ">");
    } else if (verb == "!") {
      r_.host(rest + "\n");
      answer();
    } else if (verb == "?") {
      r_.host(rest + "\n");
      (void)r_.to_printer();
    } else if (verb == "<") {
      r_.printer(rest + "\n");
    } else if (verb == "+") {
      r_.pass(std::chrono::duration_cast<rig::Time>(std::chrono::duration<double>(std::stod(rest))));
    } else if (verb == "close") {
      r_.relay().host_closed(r_.now);
    } else {
      FAIL("no such line: " << text);
    }
    longest_elapsed_ = std::max(longest_elapsed_, prints().current().elapsed);
  }

  [[nodiscard]] std::string told(const std::string& name) {
    const auto& printer = r_.relay().printer();
    const auto& travel = prints().travel();
    const auto number = [](std::optional<double> value) {
      std::ostringstream out;
      if (value) out << *value;
      return value ? out.str() : "none";
    };
    const auto known = [&](const auto& aged) { return number(aged.fresh(r_.now, printer.temperature_lifetime())); };
    if (name == "state") return std::string(kStates[static_cast<std::size_t>(r_.state())]);
    if (name == "started") return number(prints().started());
    if (name == "result") return result();
    if (name == "elapsed_falls") return prints().current().elapsed < longest_elapsed_ ? "yes" : "no";
    if (name == "x") return number(travel.travelled_mm()[0]);
    if (name == "y") return number(travel.travelled_mm()[1]);
    if (name == "z") return number(travel.travelled_mm()[2]);
    if (name == "filament") return number(travel.extruded_mm());
    if (name == "up") return printer.is_up(r_.now) ? "yes" : "no";
    if (name == "fan") return number(printer.print_fan_duty(r_.now));
    if (name == "flow") return number(printer.flow.fresh(r_.now, gcode::printer::kOverrideLifetime));
    if (name == "speed") return number(printer.feedrate.fresh(r_.now, gcode::printer::kOverrideLifetime));
    if (name == "percent") return printer.progress.known ? number(printer.progress.value.percent) : "none";
    if (name == "minutes") return printer.progress.known ? number(printer.progress.value.remaining_minutes) : "none";
    if (name == "change") {
      const float change = printer.progress.known ? printer.progress.value.change_minutes : gcode::reply::kUnknown;
      return gcode::reply::is_known(change) ? number(change) : "none";
    }
    for (std::size_t i = 0; i < kSensors.size(); ++i) {
      const auto sensor = kSensors[i];
      if (name == kSensorWords[i]) return known(printer.temperatures[sensor].actual);
      if (name == kSensorWords[i] + "_target") return number(printer.target(sensor, r_.now));
    }
    FAIL("no such value: " << name);
    return {};
  }

 private:
  static constexpr std::array<std::string_view, 9> kStates{"offline", "connecting", "idle",     "busy", "printing",
                                                           "paused",  "attention",  "finished", "error"};
  static constexpr std::array kSensors{gcode::reply::Sensor::kTool0, gcode::reply::Sensor::kTool1,
                                       gcode::reply::Sensor::kBed};
  inline static const std::array<std::string, 3> kSensorWords{"tool0", "tool1", "bed"};

  static gcode::relay::RelaySettings listening() {
    gcode::relay::RelaySettings settings;
    settings.poll = false;
    return settings;
  }
  const gcode::printer::PrintWatch& prints() { return r_.relay().prints(); }

  void introduce(const std::string& name) {
    if (std::exchange(introduced_, true)) return;
    r_.printer("start\n" + rig::firmware(name) + "ok\n");
    r_.pass(5s);
  }
  void answer() {
    (void)r_.to_printer();
    r_.printer("ok\n");
    (void)r_.to_host();
    r_.pass(20ms);
  }
  void numbered(const std::string& text, bool answered) {
    r_.host(rig::numbered(++number_, text));
    if (answered) return answer();
    (void)r_.to_printer();
    r_.pass(20ms);
  }
  void begin() {
    number_ = -1;
    numbered("M110 N0", true);
    number_ = 0;
    for (const char* line : {"M140 S60", "M104 S215", "G28", "M83", "G92 E0", "G1 X10 Y10 Z0.2 F3000"})
      numbered(line, true);
    for (int i = 0; i < 20; ++i) numbered("G1 X" + std::to_string(20 + 10 * (i % 2)) + " E1", true);
  }
  std::string result() {
    if (prints().is_printing()) return "open";
    constexpr const char* kResults[] = {"completed", "cancelled", "failed"};
    std::string out;
    for (std::size_t i = 0; i < 3; ++i) {
      if (prints().ended()[static_cast<gcode::printer::PrintResult>(i)] > 0)
        out += (out.empty() ? "" : ",") + std::string(kResults[i]);
    }
    return out.empty() ? "none" : out;
  }

  rig::Rig r_;
  bool introduced_ = false;
  int number_ = 0;
  rig::Time longest_elapsed_{};
};

}  // namespace

TEST_CASE("the prints in tests/data/wild are seen as their folders say") {
  std::size_t cases = 0;
  std::vector<fs::path> folders;
  for (const auto& folder : fs::directory_iterator(fs::path(MARLIN_TESTS_DIR) / "data" / "wild")) {
    if (folder.path().filename().string().starts_with("print-")) folders.push_back(folder.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    INFO(folder.filename().string());
    Conversation conversation;
    std::ifstream input(folder / "input.txt"), expected(folder / "expected.txt");
    for (std::string line; std::getline(input, line);) {
      if (!line.empty()) conversation.line(line);
    }
    std::size_t values = 0;
    for (std::string name, value; expected >> name >> value; ++values) {
      INFO(name);
      CHECK(conversation.told(name) == value);
    }
    CHECK(values > 0);
    CHECK(fs::exists(folder / "README"));
    ++cases;
  }
  CHECK(cases >= 80);
}
