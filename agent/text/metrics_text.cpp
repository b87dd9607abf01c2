#include "agent/text/metrics_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace agent {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Piece {
  std::size_t bytes = 1;  ///< taken from the input
  bool good = false;      ///< a printable character; else one replacement stands for it
};

/// Second byte's range after a lead byte (Unicode table 3-7): shuts out overlong forms, surrogates and > U+10FFFF.
struct LeadByte {
  std::uint8_t first, last;  // lead bytes
  std::uint8_t low, high;    // second byte
  std::uint8_t length;
};
constexpr std::array<LeadByte, 9> kLeadBytes{{{0xC2, 0xDF, 0x80, 0xBF, 2},
                                              {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                              {0xE1, 0xEC, 0x80, 0xBF, 3},
                                              {0xED, 0xED, 0x80, 0x9F, 3},
                                              {0xEE, 0xEF, 0x80, 0xBF, 3},
                                              {0xF0, 0xF0, 0x90, 0xBF, 4},
                                              {0xF1, 0xF3, 0x80, 0xBF, 4},
                                              {0xF4, 0xF4, 0x80, 0x8F, 4},
                                              {0, 0, 0, 0, 0}}};

Piece multibyte_piece(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto lead = std::find_if(kLeadBytes.begin(), kLeadBytes.end() - 1,
                                 [&](const LeadByte& l) { return byte(0) >= l.first && byte(0) <= l.last; });
  if (lead->length == 0) return {};
  std::size_t i = 1;
  for (; i < lead->length && i < text.size(); ++i) {
    const std::uint8_t low = i == 1 ? lead->low : 0x80;
    const std::uint8_t high = i == 1 ? lead->high : 0xBF;
    if (byte(i) < low || byte(i) > high) break;
  }
  const bool complete = i == lead->length;
  const bool c1_control = complete && byte(0) == 0xC2 && byte(1) < 0xA0;
  return {i, complete && !c1_control};
}

Piece next_piece(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  if (first < 0x80) return {1, first >= 0x20 && first != 0x7F};
  return multibyte_piece(text);
}

}  // namespace

std::string clean_text(std::string_view raw, std::size_t max_bytes) {
  std::string clean;
  clean.reserve(std::min(raw.size(), max_bytes));
  while (!raw.empty()) {
    const Piece piece = next_piece(raw);
    const std::string_view addition = piece.good ? raw.substr(0, piece.bytes) : kReplacement;
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

double as_written(float value) {
  std::array<char, 32> text;  // the shortest form of a float has at most 15 characters
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double exact = value;
  std::from_chars(text.data(), written.ptr, exact);
  return exact;
}

}  // namespace agent
