#include "agent/time_text.h"

#include <catch2/catch.hpp>

TEST_CASE("times are dates, dates with a time of day, or how long ago") {
  CHECK(agent::parse_time("7d", 1'000'000) == 1'000'000 - 7 * 86400.0);
  CHECK(agent::parse_time("30m", 1'000'000) == 1'000'000 - 1800.0);
  CHECK(agent::parse_time("60min", 1'000'000) == 1'000'000 - 3600.0);
  CHECK(agent::parse_time("1h30m", 1'000'000) == 1'000'000 - 5400.0);
  const auto day = agent::parse_time("2026-11-21", 0);
  REQUIRE(day);
  CHECK(agent::parse_time("2026-11-21 14:30", 0) == *day + 52200);
  CHECK(agent::parse_time("2026-11-21T14:30:05", 0) == *day + 52205);
  CHECK(agent::local_time_text(*day) == "2026-11-21 00:00:00");
}

TEST_CASE("what is no time is none") {
  for (const char* text :
       {"", "yesterday", "7", "d", "-1d", "7x", "2026-13-01", "2026-02-30", "2026-11-21 25:00", "2026-11-21x"}) {
    INFO(text);
    CHECK_FALSE(agent::parse_time(text, 1'000'000));
  }
}

TEST_CASE("the time that went by is hours, minutes and seconds") {
  CHECK(agent::elapsed_text(0) == "0:00:00");
  CHECK(agent::elapsed_text(36'000 + 62) == "10:01:02");
  CHECK(agent::utc_time_text(0).empty());
}
