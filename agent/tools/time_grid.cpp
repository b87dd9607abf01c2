#include "agent/tools/time_grid.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

#include "agent/terminal/styled_text.h"
#include "agent/text/time_text.h"
#include "gcode/line/enum_array.h"

namespace agent::tools {
namespace {

constexpr Ms::rep kWantedPoints = 10'000;
constexpr double kLatestSeconds = std::chrono::duration<double>(text::kLongestDuration).count();

Ms from_seconds(double seconds) { return Ms(std::llround(seconds * 1000)); }

/// Removes and returns a plain decimal number at the beginning of `text`.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// "2026-11-21T13:30:05Z" and "2026-11-21T13:30:05.250Z".
std::optional<Ms> utc_instant(const std::string& text) {
  std::tm fields{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  if (rest == nullptr) return std::nullopt;
  std::string_view tail(rest);
  double fraction = 0;
  if (tail.starts_with('.')) {
    const auto value = take_number(tail);
    if (!value || *value >= 1) return std::nullopt;
    fraction = *value;
  }
  if (tail != "Z") return std::nullopt;
  const std::tm asked = fields;
  const std::time_t time = timegm(&fields);
  if (fields.tm_mday != asked.tm_mday || fields.tm_mon != asked.tm_mon) return std::nullopt;
  return from_seconds(static_cast<double>(time) + fraction);
}

Ms floor_to(Ms time, Ms step) {
  const auto rest = ((time % step) + step) % step;
  return time - rest;
}

std::string fraction_text(Ms time) {
  const auto rest = std::abs(time.count() % 1000);
  return rest == 0 ? "" : terminal::formatted(".%03d", static_cast<int>(rest));
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

std::optional<Ms> parse_instant(std::string_view text, Ms now) {
  if (text == "now") return now;
  std::string_view rest = text;
  if (const auto number = take_number(rest); number && rest.empty()) {
    return *number < kLatestSeconds ? std::optional<Ms>(from_seconds(*number)) : std::nullopt;
  }
  if (text.ends_with('Z')) return utc_instant(std::string(text));
  const auto seconds = text::parse_time(text, static_cast<double>(now.count()) / 1000);
  return seconds ? std::optional<Ms>(from_seconds(*seconds)) : std::nullopt;
}

std::string seconds_text(Ms time) {
  const auto count = time.count();
  const auto whole = std::abs(count) / 1000, rest = std::abs(count) % 1000;
  std::string text = (count < 0 ? "-" : "") + std::to_string(whole);
  if (rest == 0) return text;
  std::string fraction = std::to_string(1000 + rest);
  fraction[0] = '.';
  while (fraction.back() == '0') fraction.pop_back();
  return text + fraction;
}

std::optional<std::size_t> Grid::index_of(Ms time) const {
  const auto distance = (time - start).count() + step.count() / 2;
  if (distance < 0) return std::nullopt;
  const auto index = static_cast<std::size_t>(distance / step.count());
  return index < points ? std::optional<std::size_t>(index) : std::nullopt;
}

Grid grid_over(const Range& range, Ms step) {
  Grid grid{floor_to(range.start, step), step, 0};
  if (range.end >= grid.start) grid.points = static_cast<std::size_t>((range.end - grid.start) / step) + 1;
  return grid;
}

Ms automatic_step(const Range& range, Ms least) {
  const auto wanted = std::max(least, (range.end - range.start + Ms(kWantedPoints - 1)) / kWantedPoints);
  if (wanted <= Ms(1000)) return std::max(wanted, Ms(1));
  return std::chrono::ceil<std::chrono::seconds>(wanted);
}

std::vector<Grid> pieces_of(const Grid& grid, std::size_t most) {
  std::vector<Grid> pieces;
  for (std::size_t first = 0; first < grid.points; first += most)
    pieces.push_back({grid.time(first), grid.step, std::min(most, grid.points - first)});
  return pieces;
}

std::optional<TimeStyle> time_style_of(std::string_view word) {
  constexpr gcode::line::Words<TimeStyle> kWords{"unix", "iso", "relative", "elapsed"};
  const auto it = std::find(kWords.begin(), kWords.end(), word);
  return it == kWords.end() ? std::nullopt : std::optional(static_cast<TimeStyle>(it - kWords.begin()));
}

std::string time_text(Ms time, TimeStyle style, Ms origin) {
  switch (style) {
    case TimeStyle::kIso: return iso_text(time);
    case TimeStyle::kRelative: return seconds_text(time - origin);
    case TimeStyle::kElapsed: return elapsed_text(time - origin);
    case TimeStyle::kUnix:
    case TimeStyle::kCount: break;
  }
  return seconds_text(time);
}

}  // namespace agent::tools
