#include "agent/config/config_text.h"

#include <utility>

namespace agent::config {
namespace {

// Scans a document only as far as needed to distinguish its comments from its strings.
class CommentScanner {
 public:
  /// The length of the token at the beginning of `rest`: an end of line, a string delimiter, or one character; in a
  /// string including the backslash before it.
  std::size_t take(std::string_view rest) {
    const char c = rest.front();
    if (c == '\n' && delimiter_.size() < 3) {
      in_comment_ = false;
      delimiter_ = {};
      return 1;
    }
    if (in_comment_) return 1;
    if (delimiter_.empty()) return take_plain(rest);
    if (rest.starts_with(delimiter_)) return std::exchange(delimiter_, {}).size();
    const bool escapes = c == '\\' && delimiter_.front() == '"' && rest.size() > 1 && rest[1] != '\n';
    return escapes ? 2 : 1;  // no escaped character ends the string; an end of line cannot be escaped
  }

  [[nodiscard]] bool in_comment() const { return in_comment_; }

 private:
  std::size_t take_plain(std::string_view rest) {
    in_comment_ = rest.front() == '#';
    for (const std::string_view opening : {R"(""")", "'''", "\"", "'"}) {
      if (rest.starts_with(opening)) {
        delimiter_ = opening;
        return opening.size();
      }
    }
    return 1;
  }

  bool in_comment_ = false;
  std::string_view delimiter_;  // what ends the string; empty outside of strings
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

}  // namespace agent::config
