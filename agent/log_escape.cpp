#include "agent/log_escape.h"

#include "agent/utf8.h"

namespace agent {
namespace {

template <class Escape>
std::string escape(std::string_view text, std::string_view also, const Escape& add_escaped) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const Utf8Piece piece = utf8_piece(text.substr(i));
    if (!piece.is_character || byte < 0x20 || byte == 0x7F || also.find(text[i]) != std::string_view::npos) {
      add_escaped(text[i], out);
      ++i;
    } else {
      out.append(text.substr(i, piece.bytes));
      i += piece.bytes;
    }
  }
  return out;
}

void add_hex(char c, std::string_view prefix, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.append(prefix);
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 0xFU];
}

}  // namespace

std::string escape_text(std::string_view text, std::size_t most) {
  return escape(first_bytes(text, most), "", [](char c, std::string& out) { add_hex(c, "\\x", out); });
}

std::string escape_json(std::string_view text, std::size_t most) {
  return escape(first_bytes(text, most), "\"\\", [](char c, std::string& out) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      add_hex(c, "\\u00", out);
    }
  });
}

}  // namespace agent
