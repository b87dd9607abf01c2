#include "agent/painted_line.h"

#include "gcode/enum_array.h"

namespace agent {
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

PaintedLine& PaintedLine::bar(double share, std::size_t width, Ink ink) {
  width = std::min(width, room());
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width) + 0.5);
  paint(ink);
  for (std::size_t i = 0; i < width; ++i) out_.append(cell(i < full));
  if (style_.color) out_.append("\x1b[0m");
  columns_ += width;
  return *this;
}

std::string_view PaintedLine::cell(bool full) const {
  if (style_.utf8) return full ? "\u2588" : "\u2591";
  return full ? "#" : ".";
}

void PaintedLine::paint(Ink ink) {
  if (!style_.color) return;
  constexpr gcode::Words<Ink> kCodes{"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
  out_.append(kCodes[ink]);
}

PaintedLine labelled(const TextStyle& style, std::string_view label) {
  PaintedLine line(style);
  line.add("  ").add(label, Ink::kDim);
  line.add(std::string(kLabelWidth - std::min(label.size(), kLabelWidth), ' '));
  return line;
}

}  // namespace agent
