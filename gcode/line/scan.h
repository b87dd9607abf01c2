// Parses a line from left to right: blanks, digits, numbers. A cursor is a string_view that gets shorter. Decimal
// numbers as firmwares print and hosts write them; 'E' is an axis here, never an exponent ("X1.5 E.3", "T:-14.82").
#pragma once

#include <cstdint>
#include <string_view>

namespace gcode::line {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
[[nodiscard]] constexpr bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
[[nodiscard]] constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// 0 to 15; -1 if `c` is not a hex digit.
[[nodiscard]] constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr void skip_blanks(std::string_view& rest) {
  std::size_t blanks = 0;
  while (blanks < rest.size() && is_blank(rest[blanks])) ++blanks;
  if (blanks > 0) rest.remove_prefix(blanks);
}

[[nodiscard]] constexpr std::string_view trim_blanks(std::string_view text) {
  const char* first = text.data();
  const char* last = first + text.size();
  while (first != last && is_blank(*first)) ++first;
  while (last != first && is_blank(last[-1])) --last;
  return {first, static_cast<std::size_t>(last - first)};
}

/// Without its LF, CR or CR LF; "\r\r\n" occurs in text that was converted twice.
[[nodiscard]] constexpr std::string_view strip_terminator(std::string_view line) {
  std::size_t size = line.size();
  while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r')) --size;
  return line.substr(0, size);
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

/// Appends the digits at `at` to `value`, which wraps if there are too many. Returns the first other byte.
[[nodiscard]] constexpr const char* take_digits(const char* at, const char* end, std::uint64_t& value) {
  std::uint64_t sum = value;
  for (; at != end; ++at) {
    const unsigned digit = static_cast<unsigned char>(*at) - static_cast<unsigned>('0');
    if (digit > 9) break;
    sum = sum * 10 + digit;
  }
  value = sum;
  return at;
}

/// "12", "-1". False, with `rest` unchanged, if no number begins there or it has more than 18 digits (the most that
/// always fit into a 64-bit integer).
[[nodiscard]] constexpr bool take_integer(std::string_view& rest, std::int64_t& value) {
  constexpr std::size_t kMostDigits = 18;
  const char* const begin = rest.data();
  const char* const end = begin + rest.size();
  const bool negative = begin != end && *begin == '-';
  const char* const first = begin + (negative ? 1 : 0);
  std::uint64_t digits = 0;
  const char* const at = take_digits(first, end, digits);
  if (at == first || static_cast<std::size_t>(at - first) > kMostDigits) return false;
  value = negative ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
  rest.remove_prefix(static_cast<std::size_t>(at - begin));
  return true;
}

/// "25.5", "-14.82", ".3", "5.", "+2". False, with `rest` unchanged, if no number begins there or it has more than 15
/// digits: up to there the mantissa is exact in a double and one division rounds correctly.
[[nodiscard]] constexpr bool take_decimal(std::string_view& rest, double& value) {
  constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* at = rest.data();
  const char* const end = at + rest.size();
  const bool negative = at != end && *at == '-';
  if (negative || (at != end && *at == '+')) ++at;
  std::uint64_t mantissa = 0;
  const char* const point = take_digits(at, end, mantissa);
  const auto whole = point - at;
  at = point;
  if (point != end && *point == '.') at = take_digits(point + 1, end, mantissa);
  const auto decimals = at == point ? 0 : at - point - 1;
  if (whole + decimals == 0 || whole + decimals > 15) return false;
  const double magnitude = static_cast<double>(static_cast<std::int64_t>(mantissa)) / kPowers[decimals];
  value = negative ? -magnitude : magnitude;
  rest.remove_prefix(static_cast<std::size_t>(at - rest.data()));
  return true;
}

}  // namespace gcode::line
