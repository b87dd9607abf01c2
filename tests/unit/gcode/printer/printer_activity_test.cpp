// The state over time in recorded conversations with real firmware, compared with the golden files beside them. To
// accept an intended change: MARLIN_WRITE_GOLDEN=1, and review the difference. Single states: wild_print_test.cpp.
#include "gcode/printer/printer_activity.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "gcode/decode/trace.h"
#include "tests/unit/gcode/relay/rules_rig.h"

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using gcode::printer::Activity;
using gcode::printer::State;

namespace {

constexpr std::array<std::string_view, 9> kStates{"offline", "connecting", "idle",     "busy", "printing",
                                                  "paused",  "attention",  "finished", "error"};

/// "74.7 printing": the second from which the state holds.
std::string states_of(const fs::path& recording) {
  gcode::relay::RelaySettings settings;
  settings.poll = false;
  rig::Rig r(settings);
  r.attach();
  const rig::Time begin = r.now;
  std::string out, last;
  const auto look = [&] {
    const std::string state(kStates[static_cast<std::size_t>(r.state())]);
    if (state == std::exchange(last, state)) return;
    out += std::to_string((r.now - begin) / 1s) + ' ' + state + '\n';
  };
  const auto pass_until = [&](rig::Time end) {
    for (; r.now < end; look()) r.pass(std::min<rig::Time>(end - r.now, 500ms));
  };
  std::ifstream file(recording);
  for (std::string line; std::getline(file, line);) {
    const auto entry = gcode::decode::parse_trace_line(line);
    REQUIRE(entry.has_value());
    pass_until(begin + entry->at);
    if (entry->direction == gcode::decode::TraceDirection::kToPrinter) {
      r.host(entry->data);
      (void)r.to_printer();
    } else if (entry->direction == gcode::decode::TraceDirection::kFromPrinter) {
      r.printer(entry->data);
      (void)r.to_host();
    }
    look();
  }
  pass_until(r.now + 30s);
  return out;
}

}  // namespace

TEST_CASE("the states over time in recorded conversations are those of the golden files") {
  std::size_t recordings = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(MARLIN_TESTS_DIR) / "data" / "states")) {
    if (entry.path().extension() != ".jsonl") continue;
    INFO(entry.path().filename().string());
    const std::string found = states_of(entry.path());
    const fs::path golden = fs::path(entry.path()).replace_extension("golden");
    if (std::getenv("MARLIN_WRITE_GOLDEN") != nullptr) std::ofstream(golden) << found;
    std::ifstream file(golden);
    CHECK(found == std::string(std::istreambuf_iterator<char>(file), {}));
    ++recordings;
  }
  CHECK(recordings == 4);
}

TEST_CASE("the state goes from connecting to idle, and to offline when the device is lost") {
  rig::Rig r;
  CHECK(r.state() == State::kConnecting);
  r.identify(rig::kMarlin21);
  CHECK(r.state() == State::kIdle);
  r.relay().printer_lost(r.now);
  CHECK(r.state() == State::kOffline);
}

TEST_CASE("what a release must not end: moves, prints and pauses, but no handshake") {
  rig::Rig r = rig::known_rig(rig::kMarlin21);
  int number = 0;
  const auto sent = [&](const char* line) {
    r.host(rig::numbered(++number, line));
    (void)r.to_printer();
    r.printer("ok\n");
  };
  sent("M115");
  CHECK(r.relay().activity() == Activity::kNone);
  sent("G1 X10");
  CHECK(r.relay().activity() == Activity::kUnconfirmed);
  sent("M104 S215");
  CHECK(r.relay().activity() == Activity::kUnconfirmed);
  sent("G1 X11");
  CHECK(r.relay().activity() == Activity::kRunning);
  r.pass(12s);
  CHECK(r.relay().activity() == Activity::kPaused);
  sent("G1 X20 E1");
  CHECK(r.relay().activity() == Activity::kRunning);
  r.printer("// action:paused\n");
  CHECK(r.relay().activity() == Activity::kPaused);
}
