#include "agent/terminal/styled_text.h"

#include "gcode/line/enum_array.h"

namespace agent::terminal {

StyledText& StyledText::add(std::string_view words, Style style) {
  const std::string_view fits = words.substr(0, room());
  if (fits.empty()) return *this;
  constexpr gcode::line::Words<Style> kCodes{"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
  if (style_.color) out_.append(kCodes[style]);
  out_.append(fits);
  columns_ += fits.size();
  if (style_.color && style != Style::kPlain) out_.append("\x1b[0m");
  return *this;
}

StyledText labelled(const TextStyle& style, std::string_view label) {
  constexpr std::size_t kLabelWidth = 12;
  StyledText line(style);
  line.add("  ").add(label, Style::kDim);
  line.add(std::string(kLabelWidth - std::min(label.size(), kLabelWidth), ' '));
  return line;
}

}  // namespace agent::terminal
