#include "agent/text/time_text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "agent/text/duration_text.h"

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

}  // namespace agent::text
