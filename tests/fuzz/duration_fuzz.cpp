// Any bytes as a duration and as a time: within the bounds, and the same after writing and reading it.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/text/time_text.h"
#include "tests/fuzz/claim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::claim;
  using namespace std::chrono_literals;
  // A copy of exact size: the sanitizer detects a read of one byte more.
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = agent::text::parse_duration(text)) {
    claim(*duration >= 0us && *duration <= agent::text::kLongestDuration, "a duration is in its range");
    claim(!agent::text::lacks_unit(text) || *duration == 0us, "a duration has a unit");
    const auto again = agent::text::parse_duration(agent::text::duration_text(*duration));
    claim(again && *again / 1ms == *duration / 1ms, "a duration reads back the same");
  }
  constexpr double kNow = 1'700'000'000;
  if (const auto time = agent::text::parse_time(text, kNow)) {
    claim(std::isfinite(*time), "a time is a number");
    (void)agent::text::local_time_text(*time);
    claim(agent::text::utc_time_text(*time).size() < 64, "a time's text is short");
  }
  return 0;
}
