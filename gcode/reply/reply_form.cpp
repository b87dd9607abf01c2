// Lines that no text begins, recognised by their form: tables and figures of meshes, drivers and probes, letters of the
// MMU2's progress, an Anycubic's panel. They answer a host's command or are chatter.
// Examples: " 0 +0.123 -0.050", "Set current\t1000\t1000", "1 of 10: z: 5.123 mean: 5.123", "OOOO succeeded.", "J16".
#include <algorithm>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

constexpr std::size_t kMostLetters = 64;  // the MMU2 prints 30 or 60, one for each step of the filament

// Numbers, signs and marks of a table with blanks between them: "+0.123 -0.050", "0 | +0.12 [ 0.1] .", "+---+ 1".
bool is_row(std::string_view line) {
  constexpr std::string_view kMarks = "+-.|:,[]()=* ";
  bool has_digit = false;
  for (const char c : line) {
    has_digit = has_digit || line::is_digit(c);
    if (!line::is_digit(c) && kMarks.find(c) == std::string_view::npos) return false;
  }
  return has_digit && line.find(' ') != std::string_view::npos;
}

// "1 of 10: z: ..." (M48).
bool is_sample(std::string_view line) {
  std::int64_t number = 0;
  return line::take_integer(line, number) && line::take(line, " of ") && line::take_integer(line, number);
}

// "J16", "A0V 210": what a stock Anycubic tells its panel.
bool is_for_panel(std::string_view line) {
  if (line.size() < 2 || (line[0] != 'J' && line[0] != 'A') || !line::is_digit(line[1])) return false;
  std::size_t at = 1;
  while (at < line.size() && at < 3 && line::is_digit(line[at])) ++at;
  if (line[0] == 'A' && at < line.size() && line[at] == 'V') ++at;
  return at == line.size() || line::is_blank(line[at]);
}

}  // namespace

bool read_mmu_letters(std::string_view line, Reply& reply) {
  const std::size_t letters = std::min(line.substr(0, kMostLetters + 1).find_first_not_of("Oo"), line.size());
  const std::string_view rest = line.substr(letters);
  if (letters == 0 || letters > kMostLetters || (letters < 3 && rest.empty())) return false;
  if (rest.empty() || rest == " succeeded." || rest == " failed.") return accept(reply, ReplyKind::kMmu, line);
  return rest.starts_with("echo:") && read_echo(rest.substr(5), reply);
}

bool read_form(std::string_view line, Reply& reply) {
  if (is_for_panel(line)) return accept(reply, ReplyKind::kEcho, line);
  const bool has_tab = line.find('\t') != std::string_view::npos;
  return (has_tab || is_row(line) || is_sample(line)) && accept(reply, ReplyKind::kAnswer, line);
}

}  // namespace gcode::reply
