#include "agent/tools/time_column.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "agent/text/time_text.h"

namespace agent::tools {
namespace {

std::string fraction_text(Ms time) {
  const auto rest = std::abs(time.count() % 1000);
  if (rest == 0) return {};
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(rest));
  return text.data();
}

std::string iso_text(Ms time) {
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).count());
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &fields);
  return std::string(text.data(), size) + fraction_text(time) + 'Z';
}

std::string elapsed_text(Ms time) {
  const auto whole = std::abs(time.count()) / 1000;
  return (time.count() < 0 ? "-" : "") + text::elapsed_text(static_cast<double>(whole)) + fraction_text(time);
}

}  // namespace

std::optional<TimeStyle> time_style_of(std::string_view word) {
  if (word == "unix") return TimeStyle::kUnix;
  if (word == "iso") return TimeStyle::kIso;
  if (word == "relative") return TimeStyle::kRelative;
  if (word == "elapsed") return TimeStyle::kElapsed;
  return std::nullopt;
}

std::string time_text(Ms time, TimeStyle style, Ms origin) {
  switch (style) {
    case TimeStyle::kIso: return iso_text(time);
    case TimeStyle::kRelative: return seconds_text(time - origin);
    case TimeStyle::kElapsed: return elapsed_text(time - origin);
    case TimeStyle::kUnix: break;
  }
  return seconds_text(time);
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace agent::tools
