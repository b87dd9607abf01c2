#include "agent/text/time_text.h"

#include <catch2/catch.hpp>

TEST_CASE("times are dates, dates with a time of day, or ages") {
  CHECK(agent::text::parse_time("7d", 1'000'000) == 1'000'000 - 7 * 86400.0);
  CHECK(agent::text::parse_time("30m", 1'000'000) == 1'000'000 - 1800.0);
  CHECK(agent::text::parse_time("60min", 1'000'000) == 1'000'000 - 3600.0);
  CHECK(agent::text::parse_time("1h30m", 1'000'000) == 1'000'000 - 5400.0);
  const auto day = agent::text::parse_time("2026-11-21", 0);
  REQUIRE(day);
  CHECK(agent::text::parse_time("2026-11-21 14:30", 0) == *day + 52200);
  CHECK(agent::text::parse_time("2026-11-21T14:30:05", 0) == *day + 52205);
  CHECK(agent::text::local_time_text(*day) == "2026-11-21 00:00:00");
}

TEST_CASE("an invalid time is refused") {
  for (const char* text :
       {"", "yesterday", "7", "d", "-1d", "7x", "2026-13-01", "2026-02-30", "2026-11-21 25:00", "2026-11-21x"}) {
    INFO(text);
    CHECK_FALSE(agent::text::parse_time(text, 1'000'000));
  }
}

TEST_CASE("elapsed time is in hours, minutes and seconds") {
  CHECK(agent::text::elapsed_text(0) == "0:00:00");
  CHECK(agent::text::elapsed_text(36'000 + 62) == "10:01:02");
  CHECK(agent::text::utc_time_text(0).empty());
}
