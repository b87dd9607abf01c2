#include "agent/tools/time_grid.h"

#include <catch2/catch.hpp>
#include <limits>

#include "agent/text/metrics_text.h"

using agent::tools::Ms;
using agent::tools::TimeStyle;

TEST_CASE("an instant is written in each style") {
  constexpr Ms kTime{1'700'000'000'000}, kBegan{1'699'996'339'000};
  CHECK(agent::tools::time_text(kTime, TimeStyle::kUnix, kBegan) == "1700000000");
  CHECK(agent::tools::time_text(kTime, TimeStyle::kIso, kBegan) == "2023-11-14T22:13:20Z");
  CHECK(agent::tools::time_text(kTime + Ms(250), TimeStyle::kIso, kBegan) == "2023-11-14T22:13:20.250Z");
  CHECK(agent::tools::time_text(kTime, TimeStyle::kRelative, kBegan) == "3661");
  CHECK(agent::tools::time_text(kTime, TimeStyle::kElapsed, kBegan) == "1:01:01");
  CHECK(agent::tools::time_text(kBegan - Ms(90'500), TimeStyle::kElapsed, kBegan) == "-0:01:30.500");
}

TEST_CASE("a number is written in the shortest form that reads back the same") {
  CHECK(agent::text::number_text(215.1) == "215.1");
  CHECK(agent::text::number_text(0.1 + 0.2) == "0.30000000000000004");
  CHECK(agent::text::number_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(agent::text::number_text(-std::numeric_limits<double>::infinity()) == "-Inf");
}
