// Scans text from left to right, in ASCII and independent of the locale: gcode/line/scan.h and more. Pure.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "gcode/line/scan.h"

namespace agent::text {

using gcode::line::hex_value;
using gcode::line::is_digit;
using gcode::line::to_lower;
using gcode::line::trim_blanks;

[[nodiscard]] constexpr bool is_alnum(char c) { return is_digit(c) || gcode::line::is_letter(c); }

[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

/// `text` with `escape` before each of the characters in `special`.
[[nodiscard]] inline std::string escaped(std::string_view text, std::string_view special, char escape) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += escape;
    out += c;
  }
  return out;
}

/// The part before `separator`, trimmed; removes both from `rest`.
[[nodiscard]] constexpr std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim_blanks(part);
}

/// The whole of `text` as a number. `base`: for integers; for double the format of std::from_chars.
template <class Number, class... Base>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, Base... base) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace agent::text
