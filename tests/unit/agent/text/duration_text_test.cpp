#include "agent/text/time_text.h"

#include <catch2/catch.hpp>

#include <utility>

namespace {

using agent::text::duration_text;
using agent::text::parse_duration;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("a duration is written as in Prometheus, and min is a synonym of m") {
  const std::pair<const char*, microseconds> table[] = {
      {"0", microseconds(0)},
      {"0s", microseconds(0)},
      {"500ms", milliseconds(500)},
      {"2s", seconds(2)},
      {"1.5s", milliseconds(1500)},
      {"0.5h", minutes(30)},
      {"10m", minutes(10)},
      {"10min", minutes(10)},
      {"1m30s", seconds(90)},
      {"1min30s", seconds(90)},
      {"1h", hours(1)},
      {"1h30m", minutes(90)},
      {"1h30min", minutes(90)},
      {"1h1m1s1ms", milliseconds(3'661'001)},
      {"2d", hours(48)},
      {"1w", hours(168)},
      {"1w2d", hours(216)},
      {"1y", hours(8760)},
      {"30m1h", minutes(90)},
      {"99999999s", seconds(99'999'999)},
      {"285y", agent::text::kLongestDuration},
  };
  for (const auto& [text, duration] : table) {
    INFO(text);
    CHECK(parse_duration(text) == duration);
  }
}

TEST_CASE("an invalid duration is refused") {
  for (const char* text :
       {"",     " ",          "2",       "90",           "0.5",  "s",     "h",    "min",  "2 s",  " 2s",
        "2s ",  "-2s",        "+2s",     "1e3s",         "1x",   "1S",    "1M",   "1H",   "1h30", "1h 30m",
        "1hm",  "1mins",      "1minute", "1us",          "1,5s", "1..5s", "0x1s", "nans", "infs", "soon",
        "1:30", "2026-11-21", "286y",    "99999999999s", "1s\n", "1h-1m"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK_FALSE(parse_duration(std::string(100'000, '9')));
  CHECK_FALSE(parse_duration(std::string("1s\0", 3)));
}

TEST_CASE("a number without a unit is distinguished from other invalid durations") {
  for (const char* text : {"0", "90", "0.5", ".5", "5."}) CHECK(agent::text::lacks_unit(text));
  for (const char* text : {"", ".", "1h30", "90s", "-1", "1.2.3", "1e3", " 1"}) {
    INFO(text);
    CHECK_FALSE(agent::text::lacks_unit(text));
  }
}

TEST_CASE("a duration's text is short and reads back as the same duration") {
  for (const char* text : {"0s", "1ms", "50ms", "1s", "1s500ms", "1m", "1h", "1m1s", "1h30m", "1d", "1w", "1y1w"}) {
    CHECK(duration_text(*parse_duration(text)) == text);
  }
  CHECK(duration_text(minutes(10'080)) == "1w");
  CHECK(duration_text(seconds(90)) == "1m30s");
}

}  // namespace
