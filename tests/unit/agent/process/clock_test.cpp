#include "agent/process/clock.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("the published offset stays the same until the clock is set") {
  agent::process::PublishedOffset offset;
  const gcode::line::Time first = 1'700'000'000s;
  CHECK(offset.update(first) == first);
  for (const auto jitter : {1us, -3us, 900us, 99'000us}) CHECK(offset.update(first + jitter) == first);
  CHECK(offset.update(first + 1h) == first + 1h);
  CHECK(offset.update(first) == first);
}
