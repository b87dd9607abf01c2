// UTF-8 as in RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace agent::text {

[[nodiscard]] constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

struct Utf8Piece {
  std::size_t bytes = 1;
  bool is_character = false;  ///< otherwise the longest incomplete prefix, or one invalid byte
};

/// The piece at the beginning of `text`, which is not empty.
[[nodiscard]] constexpr Utf8Piece utf8_piece(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, true};
  if (first < 0xC2 || first > 0xF4) return {1, false};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (text.size() < 2 || byte(1) < low || byte(1) > high) return {1, false};
  std::size_t bytes = 2;
  while (bytes < length && bytes < text.size() && is_continuation(text[bytes])) ++bytes;
  return {bytes, bytes == length};
}

/// Whether a terminal acts on this character: C0, DEL and C1, and Unicode's line ends and signs of direction, which
/// change how the rest is read.
[[nodiscard]] constexpr bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  switch (character.size()) {
    case 1: return byte(0) < 0x20 || byte(0) == 0x7F;
    case 2: return (byte(0) == 0xC2 && byte(1) < 0xA0) || character == "\xD8\x9C";  // U+0080 to U+009F; U+061C
    case 3:
      return character == "\xE2\x80\x8E" || character == "\xE2\x80\x8F" ||                  // U+200E, U+200F
             (byte(0) == 0xE2 && byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||  // U+2028 to U+202E
             (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);    // U+2066 to U+2069
    default: return false;
  }
}

[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Piece piece = utf8_piece(text);
    if (!piece.is_character) return false;
    text.remove_prefix(piece.bytes);
  }
  return true;
}

/// The first `most` bytes, or fewer if a character would be cut.
[[nodiscard]] constexpr std::string_view first_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && is_continuation(text[most])) --most;
  return text.substr(0, most);
}

/// Characters, not bytes, as a terminal counts them; good enough for text without wide characters.
[[nodiscard]] constexpr std::size_t columns_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

/// The first `most` characters.
[[nodiscard]] constexpr std::string_view first_columns(std::string_view text, std::size_t most) {
  std::size_t end = 0;
  for (; end < text.size() && (most > 0 || is_continuation(text[end])); ++end) most -= !is_continuation(text[end]);
  return text.substr(0, end);
}

}  // namespace agent::text
