// Parses a line from left to right: blanks, digits, numbers. A cursor is a string_view that gets shorter. Decimal
// numbers as firmwares print and hosts write them; 'E' is an axis here, never an exponent ("X1.5 E.3", "T:-14.82").
#pragma once

#include <cstdint>
#include <string_view>

namespace gcode::line {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
[[nodiscard]] constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// 0 to 15; -1 if `c` is not a hex digit.
[[nodiscard]] constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
}

[[nodiscard]] constexpr std::string_view trim_blanks(std::string_view text) {
  skip_blanks(text);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Without its LF, CR or CR LF; "\r\r\n" occurs in text that was converted twice.
[[nodiscard]] constexpr std::string_view strip_terminator(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

/// Moves past `prefix` if `rest` begins with it.
[[nodiscard]] constexpr bool take(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

/// "12", "-1". False, with `rest` unchanged, if no number begins there or it has more than 18 digits (the most that
/// always fit into a 64-bit integer).
[[nodiscard]] constexpr bool take_integer(std::string_view& rest, std::int64_t& value) {
  std::string_view at = rest;
  const bool negative = take(at, "-");
  std::int64_t digits = 0;
  int count = 0;
  while (!at.empty() && is_digit(at.front())) {
    if (++count > 18) return false;
    digits = digits * 10 + (at.front() - '0');
    at.remove_prefix(1);
  }
  if (count == 0) return false;
  value = negative ? -digits : digits;
  rest = at;
  return true;
}

/// "25.5", "-14.82", ".3", "5.", "+2". False, with `rest` unchanged, if no number begins there or it has more than 15
/// digits: up to there the mantissa is exact in a double and one division rounds correctly.
[[nodiscard]] constexpr bool take_decimal(std::string_view& rest, double& value) {
  constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* at = rest.data();
  const char* const end = at + rest.size();
  bool negative = false;
  if (at != end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  std::int64_t mantissa = 0;
  int digits = 0;
  for (; at != end && is_digit(*at) && digits < 16; ++at, ++digits) mantissa = mantissa * 10 + (*at - '0');
  int decimals = 0;
  if (at != end && *at == '.') {
    ++at;
    for (; at != end && is_digit(*at) && digits < 16; ++at, ++digits, ++decimals)
      mantissa = mantissa * 10 + (*at - '0');
  }
  if (digits == 0 || digits > 15) return false;
  const double magnitude = static_cast<double>(mantissa) / kPowers[decimals];
  value = negative ? -magnitude : magnitude;
  rest.remove_prefix(static_cast<std::size_t>(at - rest.data()));
  return true;
}

}  // namespace gcode::line
