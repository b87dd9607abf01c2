#include "agent/config_text.h"

namespace agent {
namespace {

// Where a scan stands. Strings of several lines are taken for a row of strings on one line, which errs towards an error:
// all that matters is that nothing is taken for a comment that is none.
enum class In { kPlain, kComment, kBasicString, kLiteralString };

In after(In in, char c) {
  if (c == '\n') return In::kPlain;
  switch (in) {
    case In::kPlain: return c == '#' ? In::kComment : c == '"' ? In::kBasicString : c == '\'' ? In::kLiteralString : in;
    case In::kBasicString: return c == '"' ? In::kPlain : in;
    case In::kLiteralString: return c == '\'' ? In::kPlain : in;
    case In::kComment: break;
  }
  return in;
}

}  // namespace

std::optional<TextPlace> first_stray_byte(std::string_view toml) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  TextPlace place;
  In in = In::kPlain;
  for (std::size_t i = 0; i < toml.size(); ++i) {
    const char c = toml[i];
    if (static_cast<unsigned char>(c) >= 0x80 && in != In::kComment) return place;
    const bool escaped = in == In::kBasicString && c == '\\' && i + 1 < toml.size() && toml[i + 1] != '\n';
    if (escaped) {
      ++i;  // whatever it is, it does not end the string
      place.column += 2;
      continue;
    }
    in = after(in, c);
    place = c == '\n' ? TextPlace{place.line + 1, 1} : TextPlace{place.line, place.column + 1};
  }
  return std::nullopt;
}

}  // namespace agent
