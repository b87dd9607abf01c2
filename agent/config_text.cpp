#include "agent/config_text.h"

#include <algorithm>

namespace agent {
namespace {

// Reads a document just closely enough to tell its comments from its strings.
class CommentScanner {
 public:
  /// The length of the piece at the beginning of `rest`: a line's end, what opens or closes a string, or one character,
  /// in a string with the backslash before it.
  std::size_t take(std::string_view rest) {
    const char c = rest.front();
    if (c == '\n' && delimiter_.size() < 3) return enter(Place::kPlain, "", 1);
    if (place_ == Place::kComment) return 1;
    if (place_ == Place::kPlain) {
      if (c == '#') return enter(Place::kComment, "", 1);
      for (const std::string_view opening : {R"(""")", "'''", "\"", "'"}) {
        if (rest.starts_with(opening)) return enter(Place::kString, opening, opening.size());
      }
      return 1;
    }
    if (rest.starts_with(delimiter_)) return enter(Place::kPlain, "", delimiter_.size());
    const bool escapes = c == '\\' && delimiter_.front() == '"';  // whatever follows, it does not end the string
    return std::min<std::size_t>(escapes ? 2 : 1, rest.size());
  }

  [[nodiscard]] bool in_comment() const { return place_ == Place::kComment; }

 private:
  enum class Place { kPlain, kComment, kString };

  std::size_t enter(Place place, std::string_view delimiter, std::size_t length) {
    place_ = place;
    delimiter_ = delimiter;
    return length;
  }

  Place place_ = Place::kPlain;
  std::string_view delimiter_;  // what ends the string
};

bool is_above_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::variant<std::string, TextPlace> to_ascii(std::string_view toml) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  std::string out(toml);
  CommentScanner scanner;
  TextPlace place;
  std::size_t i = 0;
  while (i < out.size()) {
    for (std::size_t left = scanner.take(toml.substr(i)); left > 0; --left, ++i) {
      if (is_above_ascii(out[i])) {
        if (!scanner.in_comment()) return place;
        out[i] = '?';
      }
      place = out[i] == '\n' ? TextPlace{place.line + 1, 1} : TextPlace{place.line, place.column + 1};
    }
  }
  return out;
}

}  // namespace agent
