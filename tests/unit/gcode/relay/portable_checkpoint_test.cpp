#include "gcode/relay/portable_checkpoint.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace {

using gcode::line::Time;
using gcode::relay::LineRelay;
using gcode::relay::RelayState;
using namespace std::chrono_literals;

struct Memory {
  std::array<char, gcode::relay::RelayMemory::kFromHost> from_host;
  std::array<char, gcode::relay::RelayMemory::kFromPrinter> from_printer;
  std::array<char, gcode::relay::RelayMemory::kToHost> to_host;
  RelayState state;
  gcode::relay::RelayMemory rings() { return {from_host, from_printer, to_host}; }
};

/// A relay and, after change(), one of another version that takes over.
struct Rig {
  gcode::relay::RelaySettings settings;
  std::unique_ptr<Memory> memory = std::make_unique<Memory>();
  std::unique_ptr<LineRelay> relay = std::make_unique<LineRelay>(settings, memory->rings(), memory->state);
  Time now = 100s;

  Rig() {
    relay->printer_opened(now);
    relay->host_opened(now);
    now += 10s;
    relay->tick(now);
    (void)take(true);
  }
  void change(const gcode::relay::UncommittedBytes& unnoted = {}) {
    auto next = std::make_unique<Memory>();
    gcode::relay::take_over(gcode::relay::portable_checkpoint_of(memory->state), unnoted, memory->rings(),
                            next->rings(), next->state, now);
    relay.reset();
    memory = std::move(next);
    relay = std::make_unique<LineRelay>(settings, memory->rings(), memory->state);
  }
  std::string take(bool to_printer, std::size_t most = 1 << 20) {
    std::string all;
    while (true) {
      const auto pieces = to_printer ? relay->to_printer() : relay->to_host();
      std::string bytes = std::string(pieces[0]) + std::string(pieces[1]);
      bytes.resize(std::min(bytes.size(), most - all.size()));
      if (bytes.empty()) return all;
      to_printer ? relay->printer_took(bytes.size(), now) : relay->host_took(bytes.size(), now);
      all += bytes;
    }
  }
  void answer_injected() {
    for (int i = 0; i < 50; ++i) {
      const std::string injected = take(true);
      if (!injected.empty())
        relay->feed_printer(injected == "M105\n" ? "ok T:21.5 /0.0 B:20.5 /0.0 @:0 B@:0\n" : "ok\n", now);
      now += 250ms;
      relay->tick(now);
    }
    (void)take(false);
  }
};

TEST_CASE("buffered bytes in both directions are passed on, each once and in order") {
  Rig rig;
  rig.answer_injected();
  rig.relay->feed_host("G1 X1\nG1 X2\nG1 X", rig.now);
  const std::string first = rig.take(true, 3);
  rig.relay->feed_printer("echo:a\necho:b\nech", rig.now);
  const std::string seen = rig.take(false, 4);
  rig.change();
  rig.relay->feed_host("3\n", rig.now);
  rig.relay->feed_printer("o:c\n", rig.now);
  CHECK(first + rig.take(true) == "G1 X1\nG1 X2\nG1 X3\n");
  CHECK(seen + rig.take(false) == "echo:a\necho:b\necho:c\n");
}

TEST_CASE("bytes that were moved but not recorded are neither lost nor duplicated") {
  Rig rig;
  rig.answer_injected();
  rig.relay->feed_host("G1 X1\n", rig.now);
  rig.relay->feed_printer("echo:a\n", rig.now);
  const auto space = rig.relay->host_space();
  std::string("G1 X2\n").copy(space[0].data(), 6);
  rig.change({6, 4, 0, 5});
  CHECK(rig.take(true) == "1\n");
  rig.relay->host_received(6, rig.now);
  CHECK(rig.take(true) == "G1 X2\n");
  CHECK(rig.take(false) == "a\n");
}

TEST_CASE("the agent pauses its queries after a change of version, then resumes them") {
  Rig rig;
  rig.answer_injected();
  rig.change();
  const Time changed = rig.now;
  std::string injected;
  while (injected.empty() && rig.now - changed < 60s) {
    rig.now += 100ms;
    rig.relay->tick(rig.now);
    injected = rig.take(true);
  }
  CHECK(rig.now - changed >= 10s);
  CHECK(injected == "M115\n");
}

TEST_CASE("the answer to a query from before the change of version is not shown to the host") {
  Rig rig;
  std::string injected;
  for (int i = 0; i < 200 && injected != "M105\n"; ++i) {
    injected = rig.take(true);
    if (!injected.empty() && injected != "M105\n") rig.relay->feed_printer("ok\n", rig.now);
    rig.now += 250ms;
    rig.relay->tick(rig.now);
  }
  REQUIRE(injected == "M105\n");
  (void)rig.take(false);
  rig.change();
  rig.relay->feed_printer("ok T:20.0 /0.0 B:20.0 /0.0 @:0 B@:0\n", rig.now);
  CHECK(rig.take(false).empty());
  rig.relay->feed_host("G28\n", rig.now);
  CHECK(rig.take(true) == "G28\n");
  rig.relay->feed_printer("ok\n", rig.now);
  CHECK(rig.take(false) == "ok\n");
}

TEST_CASE("after a change of version an answer is the host's if it has sent the same query") {
  Rig rig;
  std::string injected;
  for (int i = 0; i < 200 && injected != "M105\n"; ++i) {
    injected = rig.take(true);
    if (!injected.empty() && injected != "M105\n") rig.relay->feed_printer("ok\n", rig.now);
    rig.now += 250ms;
    rig.relay->tick(rig.now);
  }
  REQUIRE(injected == "M105\n");
  (void)rig.take(false);
  rig.change();
  rig.relay->feed_host("M105\n", rig.now);
  CHECK(rig.take(true) == "\nM105\n");  // the separator newline too: the end of the query may be lost
  const std::string answer = "ok T:20.0 /0.0 B:20.0 /0.0 @:0 B@:0\n";
  rig.relay->feed_printer(answer, rig.now);
  CHECK(rig.take(false) == answer);
}

TEST_CASE("reports that the agent set up stay hidden from the host after a change of version") {
  Rig rig;
  rig.relay->feed_printer(
      "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1\n", rig.now);
  bool reports = false;
  for (int i = 0; i < 200 && !reports; ++i) {
    const std::string injected = rig.take(true);
    if (!injected.empty()) rig.relay->feed_printer("ok\n", rig.now);
    reports = injected.starts_with("M155 S");
    rig.now += 250ms;
    rig.relay->tick(rig.now);
  }
  REQUIRE(reports);
  (void)rig.take(false);
  rig.change();
  rig.relay->feed_printer("T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n", rig.now);
  CHECK(rig.take(false).empty());
  CHECK(rig.relay->dialect().family == gcode::dialect::FirmwareFamily::kPrusa);
}

TEST_CASE("reports that both sides want are still the host's after a change of version") {
  Rig rig;
  RelayState& state = rig.memory->state;
  state.arbiter.subscriptions.resume({{2, 0, 0, 0}, {2, 0, 0, 0}, {1, 0, 0, 0}});
  rig.change();
  rig.now += 3s;
  rig.relay->feed_printer("T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n", rig.now);
  CHECK(rig.take(false) == "T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n");
}

TEST_CASE("the rest of a printer line whose beginning passed before the change of version is no line") {
  Rig rig;
  rig.answer_injected();
  rig.relay->feed_printer("echo:", rig.now);
  for (int i = 0; i < 80; ++i) {
    rig.now += 250ms;
    rig.relay->tick(rig.now);
  }
  REQUIRE(rig.take(false) == "echo:");
  rig.change();
  REQUIRE_FALSE(rig.relay->printer().temperature_report.known);
  rig.relay->feed_printer("T:21.5 /0.0 B:20.5 /0.0 @:0 B@:0\n", rig.now);
  CHECK_FALSE(rig.relay->printer().temperature_report.known);
  CHECK(rig.take(false) == "T:21.5 /0.0 B:20.5 /0.0 @:0 B@:0\n");
}

TEST_CASE("a checkpoint whose bytes cannot be in its rings is not taken over") {
  using gcode::relay::PortableCheckpoint;
  auto memory = std::make_unique<Memory>();
  PortableCheckpoint sound;
  sound.host_written = sound.to_host_head = sound.printer_passed = 100;
  sound.host_taken = 110;
  sound.host_tail = sound.to_host_tail = sound.printer_tail = 120;
  CHECK(gcode::relay::is_sound(sound, memory->rings()));
  const auto broken = [&](const auto& change) {
    PortableCheckpoint left = sound;
    gcode::relay::RelayMemory rings = memory->rings();
    change(left, rings);
    return !gcode::relay::is_sound(left, rings);
  };
  using gcode::relay::RelayMemory;
  CHECK(broken([](auto& left, auto&) { left.host_written = 121; }));
  CHECK(broken([](auto& left, auto&) { left.host_written = 111; }));
  CHECK(broken([](auto& left, auto&) { left.host_taken = 121; }));
  CHECK(broken([](auto& left, auto&) { left.host_tail = 101 + RelayMemory::kFromHost; }));
  CHECK(broken([](auto& left, auto&) { left.printer_passed = 121; }));
  CHECK(broken([](auto& left, auto&) { left.printer_tail = 101 + RelayMemory::kFromPrinter; }));
  CHECK(broken([](auto& left, auto&) { left.to_host_head = 121; }));
  CHECK(broken([](auto& left, auto&) { left.to_host_tail = 101 + RelayMemory::kToHost; }));
  CHECK_FALSE(broken([](auto& left, auto&) { left.host_tail = 100 + RelayMemory::kFromHost; }));
  CHECK_FALSE(broken([](auto& left, auto&) { left.host_taken = left.host_tail; }));
  CHECK_FALSE(broken([](auto& left, auto&) { left.host_taken = left.host_written; }));
  CHECK_FALSE(broken([](auto& left, auto&) { left.printer_passed = left.printer_tail; }));
  CHECK_FALSE(broken([](auto& left, auto&) { left.to_host_head = left.to_host_tail; }));
  // Rings of another version that are larger than ours.
  std::vector<char> larger(std::max({RelayMemory::kFromHost, RelayMemory::kFromPrinter, RelayMemory::kToHost}) + 1);
  CHECK(broken([&](auto&, auto& rings) { rings.from_host = larger; }));
  CHECK(broken([&](auto&, auto& rings) { rings.from_printer = larger; }));
  CHECK(broken([&](auto&, auto& rings) { rings.to_host = larger; }));
}

TEST_CASE("bytes that wait at a change of version have waited since then") {
  Rig rig;
  rig.answer_injected();
  rig.relay->feed_printer("echo:a\n", rig.now);
  rig.relay->feed_host("G1 X1\n", rig.now);
  rig.change();
  rig.now += 6ms;
  (void)rig.take(false);
  (void)rig.take(true);
  for (const auto& passed : rig.relay->counters().passthrough) CHECK(passed.sum_seconds == Approx(0.006));
}

TEST_CASE("the host's commands in flight are in flight after a change of version") {
  Rig rig;
  rig.answer_injected();
  rig.relay->feed_host("G1 X1\nG1 X2\n", rig.now);
  (void)rig.take(true);
  rig.change();
  CHECK(rig.relay->commands_in_flight() == 2);
  rig.relay->feed_printer("start\n", rig.now);
  CHECK(rig.relay->commands_in_flight() == 2);  // they may have reached the printer's buffer
}

TEST_CASE("a query that was not written before the change of version is in flight only if its bytes went out") {
  for (const std::size_t written : {0U, 5U}) {
    Rig rig;
    rig.answer_injected();
    for (int i = 0; i < 40 && rig.relay->to_printer()[0].empty(); ++i) {
      rig.now += 250ms;
      rig.relay->tick(rig.now);
    }
    REQUIRE(rig.relay->to_printer()[0] == "M105\n");
    rig.change({0, written, 0, 0});
    CHECK(rig.relay->commands_in_flight() == (written > 0 ? 1 : 0));
  }
}

TEST_CASE("nothing is asked behind a part of a host line that was written before the change of version") {
  for (const bool poll : {false, true}) {
    Rig rig;
    rig.answer_injected();
    rig.settings.poll = poll;
    rig.relay->apply(rig.settings, rig.now);
    rig.relay->feed_host("M117 " + std::string(600, 'x'), rig.now);
    REQUIRE(rig.take(true).size() == 605);
    rig.settings.poll = true;
    rig.change();
    const std::size_t owed = rig.relay->commands_in_flight();
    for (std::size_t i = 0; i < owed; ++i) rig.relay->feed_printer("ok\n", rig.now);
    for (int i = 0; i < 240; ++i) {
      rig.now += 250ms;
      rig.relay->tick(rig.now);
      CHECK(rig.take(true).empty());
    }
  }
}

TEST_CASE("an upload, MeatPack and the firmware's name outlast a change of version") {
  Rig rig;
  rig.answer_injected();
  rig.relay->feed_printer("FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin MACHINE_TYPE:Prusa i3 MK3S\n", rig.now);
  rig.relay->feed_host("M28 A.GCO\n", rig.now);
  rig.relay->feed_printer("Writing to file: A.GCO\nok\n", rig.now);
  REQUIRE(rig.relay->host_is_binary());
  rig.change();
  CHECK(rig.relay->host_is_binary());
  CHECK(rig.relay->printer().firmware.known);
  CHECK(rig.relay->printer().opened_at == rig.now);
  rig.relay->feed_printer("Done saving file.\n", rig.now);
  CHECK_FALSE(rig.relay->host_is_binary());
  rig.relay->feed_host("\xff\xff\xfb", rig.now);
  rig.change();
  CHECK(rig.relay->host_is_binary());
}

}  // namespace
