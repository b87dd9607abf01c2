#include "agent/terminal/painted_line.h"

#include "gcode/line/enum_array.h"

namespace agent::terminal {
namespace {

constexpr std::size_t kLabelWidth = 12;

}  // namespace

PaintedLine& PaintedLine::add(std::string_view words, Ink ink) {
  const std::string_view fits = words.substr(0, room());
  if (fits.empty()) return *this;
  paint(ink);
  out_.append(fits);
  columns_ += fits.size();
  if (style_.color && ink != Ink::kPlain) out_.append("\x1b[0m");
  return *this;
}

void PaintedLine::paint(Ink ink) {
  if (!style_.color) return;
  constexpr gcode::line::Words<Ink> kCodes{"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
  out_.append(kCodes[ink]);
}

PaintedLine labelled(const TextStyle& style, std::string_view label) {
  PaintedLine line(style);
  line.add("  ").add(label, Ink::kDim);
  line.add(std::string(kLabelWidth - std::min(label.size(), kLabelWidth), ' '));
  return line;
}

}  // namespace agent::terminal
