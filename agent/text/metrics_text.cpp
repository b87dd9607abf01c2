#include "agent/text/metrics_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "agent/text/utf8.h"

namespace agent::text {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

std::string clean_text(std::string_view raw, std::size_t max_bytes) {
  std::string clean;
  clean.reserve(std::min(raw.size(), max_bytes));
  while (!raw.empty()) {
    const Utf8Piece piece = utf8_piece(raw);
    const bool is_good = piece.is_character && !is_control(raw.substr(0, piece.bytes));
    const std::string_view addition = is_good ? raw.substr(0, piece.bytes) : kReplacement;
    if (clean.size() + addition.size() > max_bytes) break;
    clean += addition;
    raw.remove_prefix(piece.bytes);
  }
  return clean;
}

bool is_capability_name(std::string_view name) {
  return !name.empty() && name.size() <= 31 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string percent_text(double ratio) {
  // 0.57 is stored as 0.56999.
  return std::to_string(static_cast<long>(std::floor(ratio * 100 + 1e-6))) + " %";
}

double as_written(float value) {
  std::array<char, 32> text;  // the shortest form of a float has at most 15 characters
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double exact = value;
  std::from_chars(text.data(), written.ptr, exact);
  return exact;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace agent::text
