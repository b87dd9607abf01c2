// Parses a host line: number, checksum, comment, code, parameters. command_kind.cpp defines which oks a code owes.
// Example: "N12 G1 X1.5 E.3*87" is number 12, checksum 87, letter G, code 1, parameters "X1.5 E.3".
#include "gcode/command/command.h"

#include <cstring>
#include <limits>

#include "gcode/line/scan.h"

namespace gcode::command {
namespace {

// "N12", "N-1", and "N0M110" as Cura writes it, without a blank. A word that only begins with N is not a number.
void take_line_number(std::string_view& text, Command& command) {
  if (text.empty() || text.front() != 'N') return;
  std::string_view rest = text.substr(1);
  std::int64_t number = 0;
  if (!line::take_integer(rest, number)) return;
  command.number = number;
  line::skip_blanks(rest);
  text = rest;
}

// All of `text` is a decimal number of at most three digits, with optional blanks around it.
bool is_checksum(std::string_view text, unsigned& value) {
  text = line::trim_blanks(text);
  if (text.empty() || text.size() > 3) return false;
  std::uint64_t digits = 0;
  const char* const end = text.data() + text.size();
  if (line::take_digits(text.data(), end, digits) != end) return false;
  value = static_cast<unsigned>(digits);
  return true;
}

unsigned exclusive_or(std::string_view bytes) {
  std::uint64_t eight = 0;
  for (; bytes.size() >= sizeof eight; bytes.remove_prefix(sizeof eight)) {
    std::uint64_t next = 0;
    std::memcpy(&next, bytes.data(), sizeof next);
    eight ^= next;
  }
  eight ^= eight >> 32;
  eight ^= eight >> 16;
  unsigned sum = static_cast<unsigned>((eight ^ (eight >> 8)) & 0xff);
  for (const char c : bytes) sum ^= static_cast<unsigned char>(c);
  return sum;
}

// The last '*' counts. In an unnumbered line it is text unless nothing but a number follows ("M117 a * in the text").
std::string_view without_checksum(std::string_view line, bool is_numbered, ChecksumVerdict& verdict) {
  const std::size_t star = line.rfind('*');
  if (star == std::string_view::npos) return line;
  unsigned said = 0;
  const bool readable = is_checksum(line.substr(star + 1), said);
  if (!readable && !is_numbered) return line;
  const std::string_view covered = line.substr(0, star);
  verdict = readable && said == exclusive_or(covered) ? ChecksumVerdict::kGood : ChecksumVerdict::kBad;
  return covered;
}

bool is_code_letter(char c) { return c == 'G' || c == 'M' || c == 'T' || c == 'D'; }

// "T?", "Tx", "Tc": the user chooses the tool at the printer.
bool is_tool_choice(std::string_view text) {
  return text.size() == 2 && text[0] == 'T' && (text[1] == '?' || text[1] == 'x' || text[1] == 'c');
}

// "M862.1 Q", "G4S5", "M 105": firmwares read the number with strtol, which skips blanks.
void take_code(Command& command) {
  std::string_view rest = command.text;
  if (rest.empty() || !is_code_letter(rest.front())) return;
  if (is_tool_choice(rest)) {
    command.letter = 'T';
    return;
  }
  const char letter = rest.front();
  rest.remove_prefix(1);
  line::skip_blanks(rest);
  std::int64_t code = 0;
  if (rest.empty() || !line::is_digit(rest.front()) || !line::take_integer(rest, code)) return;
  if (code > std::numeric_limits<std::int32_t>::max()) return;
  command.letter = letter;
  command.code = static_cast<std::int32_t>(code);
  std::string_view after_dot = rest;
  std::int64_t subcode = 0;
  if (line::take(after_dot, ".") && !after_dot.empty() && line::is_digit(after_dot.front()) &&
      line::take_integer(after_dot, subcode) && subcode <= std::numeric_limits<std::int32_t>::max()) {
    command.subcode = static_cast<std::int32_t>(subcode);
    rest = after_dot;
  }
  command.parameters = line::trim_blanks(rest);
}

// Codes with a text for the display or the host, or a file name, instead of letters with numbers.
// clang-format off
bool has_text_parameters(const Command& command) {
  if (command.letter != 'M') return command.letter == 0;
  switch (command.code) {
    case 0: case 1: case 16: case 23: case 28: case 30: case 32: case 33: case 117: case 118: case 928:
      return true;
    default:
      return false;
  }
}
// clang-format on

// Finds `letter` anywhere outside quoted text, as firmwares do ("G28 XY" names both axes). On success `rest` begins
// after the letter.
bool find_parameter(std::string_view& rest, char letter) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == letter) {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (rest[i] != '"') continue;
    i = rest.find('"', i + 1);
    if (i == std::string_view::npos) return false;
  }
  return false;
}

}  // namespace

Command parse_command(std::string_view line) {
  Command command;
  line = line::strip_terminator(line);
  const std::size_t comment = line.find(';');
  command.has_trailing_comment = comment != std::string_view::npos && comment > 0;
  const std::string_view said = line.substr(0, comment);

  std::string_view text = said;
  line::skip_blanks(text);
  take_line_number(text, command);
  const std::string_view uncovered = without_checksum(said, command.is_numbered(), command.checksum);
  // A '*' inside the number itself ("N*5") leaves nothing of the text.
  const std::size_t begin = static_cast<std::size_t>(text.data() - said.data());
  text = begin < uncovered.size() ? uncovered.substr(begin) : std::string_view{};

  command.text = line::trim_blanks(text);
  command.is_blanks_only = !line.empty() && said.size() == line.size() && command.text.empty() &&
                           !command.is_numbered() && command.checksum == ChecksumVerdict::kNone;
  take_code(command);
  command.kind = kind_of(command);
  return command;
}

std::optional<double> parameter(const Command& command, char letter) {
  if (has_text_parameters(command)) return std::nullopt;
  std::string_view rest = command.parameters;
  if (!find_parameter(rest, letter)) return std::nullopt;
  line::skip_blanks(rest);
  double value = 0;
  if (!line::take_decimal(rest, value)) return std::nullopt;
  return value;
}

bool has_parameter(const Command& command, char letter) {
  if (has_text_parameters(command)) return false;
  std::string_view rest = command.parameters;
  return find_parameter(rest, letter);
}

bool ends_upload(std::string_view line) { return line.find("M29") != std::string_view::npos; }

}  // namespace gcode::command
