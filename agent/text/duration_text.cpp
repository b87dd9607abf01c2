#include "agent/text/duration_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace agent::text {
namespace {

struct Unit {
  std::string_view word;
  std::int64_t us;
};
// Longest first: the order in which a duration is written.
constexpr std::array<Unit, 8> kUnits{{{"y", 31'536'000'000'000},
                                      {"w", 604'800'000'000},
                                      {"d", 86'400'000'000},
                                      {"h", 3'600'000'000},
                                      {"m", 60'000'000},
                                      {"min", 60'000'000},
                                      {"s", 1'000'000},
                                      {"ms", 1'000}}};

/// The unit at the beginning of `text`; of "m", "min" and "ms" the longest match.
const Unit* unit_of(std::string_view text) {
  const Unit* found = nullptr;
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.word) && (found == nullptr || unit.word.size() > found->word.size())) found = &unit;
  }
  return found;
}

}  // namespace

std::optional<std::chrono::microseconds> parse_duration(std::string_view text) {
  constexpr double kMost = static_cast<double>(std::chrono::microseconds(kLongestDuration).count());
  if (text == "0") return std::chrono::microseconds(0);
  double us = 0;
  do {
    double count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
    if (error != std::errc() || !(count >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const Unit* unit = unit_of(text);
    if (unit == nullptr) return std::nullopt;
    text.remove_prefix(unit->word.size());
    us += count * static_cast<double>(unit->us);
  } while (!text.empty());
  if (!(us <= kMost)) return std::nullopt;
  return std::chrono::microseconds(std::llround(us));
}

bool lacks_unit(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(text.begin(), text.end(), '.') <= 1;
}

std::string duration_text(std::chrono::microseconds duration) {
  std::string out;
  std::int64_t rest = duration.count();
  for (const Unit& unit : kUnits) {
    if (rest >= unit.us) out += std::to_string(rest / unit.us) + std::string(unit.word);
    rest %= unit.us;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace agent::text
