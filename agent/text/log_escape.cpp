#include "agent/text/log_escape.h"

namespace agent {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

// Length of the well-formed UTF-8 character above ASCII at the front of `text` (RFC 3629), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const bool too_long = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool no_character = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return too_long || no_character ? 0 : length;
}

std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && is_continuation(text[most])) --most;
  return text.substr(0, most);
}

template <class Escape>
std::string escape(std::string_view text, std::string_view also, const Escape& add_escaped) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    if (byte >= 0x80) length = utf8_length(text.substr(i));
    if (length == 0 || byte < 0x20 || byte == 0x7F || also.find(text[i]) != std::string_view::npos) {
      add_escaped(text[i], out);
      length = 1;
    } else {
      out.append(text.substr(i, length));
    }
    i += length;
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
  return escape(cut(text, most), "", [](char c, std::string& out) { add_hex(c, "\\x", out); });
}

std::string escape_json(std::string_view text, std::size_t most) {
  return escape(cut(text, most), "\"\\", [](char c, std::string& out) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      add_hex(c, "\\u00", out);
    }
  });
}

}  // namespace agent
