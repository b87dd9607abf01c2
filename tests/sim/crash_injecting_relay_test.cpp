#include "tests/sim/crash_injecting_relay.h"

#include <catch2/catch.hpp>

namespace {

using sim::CrashInjectingRelay;
using sim::Time;
using namespace std::chrono_literals;

gcode::relay::RelaySettings listening() {
  gcode::relay::RelaySettings settings;
  settings.poll = false;
  return settings;
}

/// Bytes both ways; what came out, and how often the process was killed.
struct Passed {
  std::string to_printer, to_host;
  std::uint64_t kills = 0;
};
Passed pass(double chance, std::uint64_t seed) {
  CrashInjectingRelay relay(listening(), chance, seed);
  const Time now = 1s;
  relay.event([&](gcode::relay::LineRelay& r) { r.printer_opened(now); }, now);
  relay.event([&](gcode::relay::LineRelay& r) { r.host_opened(now); }, now);
  Passed passed;
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    CHECK(relay.feed_host("G1 X" + number + "\n", now) == 6 + number.size() - 1);
    passed.to_printer += relay.write_to_printer(now);
    CHECK(relay.feed_printer("echo:" + number + "\n", now) == 6 + number.size());
    passed.to_host += relay.write_to_host(now);
  }
  CHECK(relay->counters().host_connects == 1);
  passed.kills = relay.kills();
  return passed;
}

TEST_CASE("a relay that is killed repeatedly passes the same bytes as one that keeps running") {
  const Passed alive = pass(0, 1);
  CHECK(alive.kills == 0);
  for (const double chance : {0.01, 0.1, 0.3}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Passed crash_injecting = pass(chance, seed);
      CHECK(crash_injecting.to_printer == alive.to_printer);
      CHECK(crash_injecting.to_host == alive.to_host);
      CHECK(crash_injecting.kills > 0);
    }
  }
}

}  // namespace
