#include "agent/text/log_escape.h"

#include "agent/text/utf8.h"

namespace agent::text {
namespace {

template <class Escape>
std::string escape(std::string_view text, std::string_view also, const Escape& add_escaped) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Piece piece = utf8_piece(text.substr(i));
    const std::string_view character = text.substr(i, piece.is_character ? piece.bytes : 1);
    const bool is_plain = piece.is_character && !is_control(character) && also.find(text[i]) == std::string_view::npos;
    if (is_plain) out.append(character);
    else add_escaped(character, out);
    i += character.size();
  }
  return out;
}

void add_hex(unsigned number, unsigned digits, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  while (digits > 0) out += kDigits[number >> (4 * --digits) & 0xFU];
}

unsigned code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  if (character.size() == 3) return (byte(0) & 0xFU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  return byte(0);
}

}  // namespace

std::string escape_text(std::string_view text, std::size_t most) {
  return escape(first_bytes(text, most), "", [](std::string_view character, std::string& out) {
    for (const char c : character) {
      out += "\\x";
      add_hex(static_cast<unsigned char>(c), 2, out);
    }
  });
}

std::string escape_json(std::string_view text, std::size_t most) {
  return escape(first_bytes(text, most), "\"\\", [](std::string_view character, std::string& out) {
    if (character == "\"" || character == "\\") {
      out.append("\\").append(character);
    } else {
      out += "\\u";
      add_hex(code_point(character), 4, out);
    }
  });
}

}  // namespace agent::text
