#include "gcode/reply/other_field.h"

#include <algorithm>

#include "gcode/line/scan.h"

namespace gcode::reply {
namespace {

bool at_boundary(std::string_view rest) { return rest.empty() || line::is_blank(rest.front()); }

bool is_word(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), line::is_letter); }

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return line::is_letter(c) || line::is_digit(c) || c == '_' || c == '@' || c == '-';
  });
}

std::string_view take_word(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && !line::is_blank(rest[end])) ++end;
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// "25.5", "25.5/0.0".
bool are_figures(std::string_view text) {
  double value = 0;
  if (!line::take_decimal(text, value)) return false;
  return text.empty() || (line::take(text, "/") && line::take_decimal(text, value) && text.empty());
}

// " /60.00" behind a value.
void skip_target(std::string_view& rest) {
  std::string_view after = rest;
  double value = 0;
  line::skip_blanks(after);
  if (!line::take(after, "/")) return;
  line::skip_blanks(after);
  if (line::take_decimal(after, value) && at_boundary(after)) rest = after;
}

// "name:" and its value. A name without value is the end of a torn line.
OtherField skip_named(std::string_view& rest) {
  const std::string_view word = take_word(rest);
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || !is_name(word.substr(0, colon))) return OtherField::kTorn;
  std::string_view value = word.substr(colon + 1);
  const bool is_apart = value.empty();
  if (is_apart) {
    line::skip_blanks(rest);
    value = take_word(rest);
  }
  if (are_figures(value)) {
    skip_target(rest);
    return OtherField::kPlain;
  }
  if (!is_word(value)) return OtherField::kTorn;
  return is_apart && word.front() == '@' ? OtherField::kPlain : OtherField::kForeign;
}

}  // namespace

OtherField skip_other_field(std::string_view& rest) {
  double value = 0;
  switch (rest.front()) {
    case '=':
      while (line::take(rest, "=")) {}
      return OtherField::kPlain;
    case '(': {  // SHOW_TEMP_ADC_VALUES
      const std::size_t close = rest.find(')');
      if (close == std::string_view::npos) return OtherField::kTorn;
      rest.remove_prefix(close + 1);
      return OtherField::kForeign;
    }
    case '/':  // RepRapFirmware: a standby temperature behind the target
      rest.remove_prefix(1);
      line::skip_blanks(rest);
      return line::take_decimal(rest, value) && at_boundary(rest) ? OtherField::kForeign : OtherField::kTorn;
    default: break;
  }
  if (line::take(rest, "ADC ")) {  // debug builds of Prusa (P 2.1)
    rest = {};
    return OtherField::kForeign;
  }
  std::string_view after = rest;
  if (line::take(after, "@") && line::take_decimal(after, value) && at_boundary(after)) {
    rest = after;
    return OtherField::kForeign;
  }
  return skip_named(rest);
}

}  // namespace gcode::reply
