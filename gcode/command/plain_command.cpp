#include "gcode/command/plain_command.h"

#include "gcode/line/scan.h"

namespace gcode::command {
namespace {

char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// "g1 ..." and "m104 ...", but no word: "end_print".
bool is_small_code(std::string_view text) {
  if (text.size() < 2 || (text[0] != 'g' && text[0] != 'm' && text[0] != 't')) return false;
  text.remove_prefix(1);
  line::skip_blanks(text);
  return !text.empty() && line::is_digit(text.front());
}

}  // namespace

const Command& PlainCommand::of(const Command& command) {
  const bool is_small = is_small_code(command.text);
  const bool has_comment =
      (command.letter != 0 || command.text.starts_with('(')) && command.text.find('(') != std::string_view::npos;
  if ((!is_small && !has_comment) || command.text.size() > bytes_.size()) return command;
  std::size_t size = 0;
  bool in_comment = false;
  for (const char c : command.text) {
    in_comment = in_comment || c == '(';
    if (!in_comment) bytes_[size++] = to_upper(c);
    if (c == ')') in_comment = false;
  }
  plain_ = parse_command({bytes_.data(), size});
  plain_.number = command.number;
  plain_.checksum = command.checksum;
  return plain_;
}

}  // namespace gcode::command
