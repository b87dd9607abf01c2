#include "gcode/relay/relay_state.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "tests/unit/gcode/relay/relay_rig.h"

namespace {

using namespace std::chrono_literals;
using gcode::relay::RelayState;

TEST_CASE("a live copy of a state equals the original, whatever its memory contained before") {
  std::mt19937 random(5);  // NOLINT: a fixed seed is intended
  auto from = std::make_unique<RelayState>();
  auto to = std::make_unique<RelayState>();
  for (int round = 0; round < 500; ++round) {
    auto& queue = from->arbiter.in_flight;
    for (unsigned i = random() % 40; i > 0; --i) {
      gcode::relay::InFlight entry;
      entry.number = static_cast<int>(random() % 1000);
      if (queue.injected() || random() % 9 != 0) entry.query = gcode::printer::Query::kCount;
      else entry.query = gcode::printer::Query::kM105;
      queue.push(entry);
    }
    for (unsigned i = random() % 40; i > 0 && queue.size() > 0; --i) (void)queue.acknowledge_first();
    from->host_taken = random();
    from->arbiter.counters.receive_bytes = random();
    from->arbiter.ticked = gcode::line::Time(random());
    auto& printer = from->arbiter.printer;
    printer.capability_count = static_cast<std::uint8_t>(random() % (gcode::printer::kMaxCapabilities + 1));
    for (std::size_t i = 0; i < printer.capability_count; ++i) printer.capabilities[i].on = random() % 2 == 0;
    printer.busy.known = random() % 2 == 0;
    gcode::relay::copy_live(*from, *to);
    for (std::size_t i = 0; i < printer.capability_count; ++i)
      REQUIRE(to->arbiter.printer.capabilities[i].on == printer.capabilities[i].on);
    REQUIRE(to->arbiter.printer.capability_count == printer.capability_count);
    REQUIRE(to->arbiter.printer.busy.known == printer.busy.known);
    const auto& copy = to->arbiter.in_flight;
    REQUIRE(copy.size() == queue.size());
    for (std::size_t i = 0; i < copy.size(); ++i) REQUIRE(std::memcmp(&copy[i], &queue[i], sizeof copy[i]) == 0);
    REQUIRE(copy.injected() == queue.injected());
    REQUIRE(copy.overflow() == queue.overflow());
    REQUIRE(to->host_taken == from->host_taken);
    REQUIRE(to->arbiter.counters.receive_bytes == from->arbiter.counters.receive_bytes);
    REQUIRE(to->arbiter.ticked == from->arbiter.ticked);
  }
}

/// All bytes of a state.
std::string bytes_of(const RelayState& state) { return {reinterpret_cast<const char*>(&state), sizeof state}; }

TEST_CASE("a write changes nothing but the write state") {
  rig::Rig r;
  int writes = 0;
  const auto write_all = [&](auto pieces, auto took) {
    for (; !pieces()[0].empty(); ++writes) {
      auto before = std::make_unique<RelayState>(r.relay_state());
      r.now += 3ms;
      took();
      REQUIRE(bytes_of(r.relay_state()) != bytes_of(*before));
      gcode::relay::put_write_state(gcode::relay::write_state_of(r.relay_state()), *before);
      REQUIRE(bytes_of(r.relay_state()) == bytes_of(*before));
    }
  };
  const auto to_printer = [&] {
    write_all([&] { return r.relay().to_printer(); }, [&] { r.relay().printer_took(1, r.now); });
  };
  r.attach();
  for (int second = 0; second < 9; ++second) {
    r.pass(1s);
    to_printer();  // a newline and M115
  }
  r.printer("ok\n");
  r.host("N1 G1 X10*97\nG28\n");
  to_printer();
  r.printer("ok\nok\n");
  write_all([&] { return r.relay().to_host(); }, [&] { r.relay().host_took(1, r.now); });
  CHECK(writes > 25);
}

}  // namespace
