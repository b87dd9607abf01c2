// Builds one line of text for a terminal: coloured if wanted, and never wider than the terminal. Independent of the
// content. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace agent::terminal {

struct TextStyle {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool color = false;
};

enum class Style { kPlain, kBold, kDim, kGood, kWarm, kBad, kCount };

class StyledText {
 public:
  /// `style` is not owned and outlives the line.
  explicit StyledText(const TextStyle& style) : style_(style) {}

  /// As much of `words` as fits; ASCII, since a byte counts as a column.
  StyledText& add(std::string_view words, Style style = Style::kPlain);
  [[nodiscard]] std::size_t room() const { return style_.columns - std::min(columns_, style_.columns); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  const TextStyle& style_;
  std::string out_;
  std::size_t columns_ = 0;
};

/// "  label       ", to be followed by its value.
[[nodiscard]] StyledText labelled(const TextStyle& style, std::string_view label);

/// printf() into a string, truncated to 159 characters.
template <class... Values>
std::string formatted(const char* format, Values... values) {
  char buffer[160];
  const int length = std::snprintf(buffer, sizeof buffer, format, values...);
  return {buffer, static_cast<std::size_t>(std::clamp<int>(length, 0, sizeof buffer - 1))};
}

}  // namespace agent::terminal
