#include "agent/text/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace agent::text {
namespace {

/// Rejects dates such as the 30th of February: mktime() would correct them silently.
std::optional<double> unix_of(std::tm fields) {
  fields.tm_isdst = -1;
  const std::tm asked = fields;
  const std::time_t time = std::mktime(&fields);
  if (time == -1 || fields.tm_mday != asked.tm_mday || fields.tm_mon != asked.tm_mon) return std::nullopt;
  return static_cast<double>(time);
}

std::string formatted(double unix_seconds, const char* format, bool utc) {
  if (unix_seconds <= 0) return {};
  const auto time = static_cast<std::time_t>(unix_seconds);
  std::tm fields{};
  utc ? gmtime_r(&time, &fields) : localtime_r(&time, &fields);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

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

std::optional<double> parse_time(std::string_view text, double now) {
  if (const auto ago = parse_duration(text)) return now - std::chrono::duration<double>(*ago).count();
  const std::string whole(text);
  for (const char* format :
       {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm fields{};
    const char* end = strptime(whole.c_str(), format, &fields);
    if (end != nullptr && *end == '\0') return unix_of(fields);
  }
  return std::nullopt;
}

std::string local_time_text(double unix_seconds) { return formatted(unix_seconds, "%Y-%m-%d %H:%M:%S", false); }
std::string utc_time_text(double unix_seconds) { return formatted(unix_seconds, "%Y-%m-%dT%H:%M:%SZ", true); }

std::string elapsed_text(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  return text.data();
}

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
