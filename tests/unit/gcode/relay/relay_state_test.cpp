#include "gcode/relay/relay_state.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <memory>
#include <random>

namespace {

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
    gcode::relay::copy_live(*from, *to);
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

}  // namespace
