#include "agent/cli/print_strip.h"

#include <algorithm>
#include <string>

#include "agent/terminal/styled_text.h"

namespace agent::cli {
namespace {

using gcode::printer::Layer;

constexpr std::size_t kLabel = 11;
constexpr std::size_t kTick = 10;
constexpr std::size_t kMostNamed = 10;

/// Several layers in one column.
struct Column {
  std::uint32_t first = 0;
  std::uint64_t underruns = 0, resends = 0;
  float lowest = -1;

  void add(const Layer& layer) {
    if (first == 0) first = layer.number;
    underruns += layer.underruns;
    resends += layer.resends;
    if (layer.lowest_buffered >= 0)
      lowest = lowest < 0 ? layer.lowest_buffered : std::min(lowest, layer.lowest_buffered);
  }
};

char buffered_sign(float seconds) {
  if (seconds < 0) return ' ';
  if (seconds < 0.1F) return '.';
  if (seconds < 0.5F) return '-';
  return seconds < 1 ? '=' : '#';
}

char count_sign(std::uint64_t count) {
  if (count == 0) return '.';
  return count > 9 ? '+' : static_cast<char>('0' + count);
}

std::string label(std::string text) {
  text.resize(kLabel, ' ');
  return text;
}

template <class Sign>
void write_row(std::ostream& out, const char* name, const std::vector<Column>& columns, Sign sign) {
  std::string row = label(name);
  for (const Column& column : columns) row += sign(column);
  out << row << '\n';
}

void write_layer(std::ostream& out, const Layer& layer) {
  out << terminal::formatted("layer %u at %.2f mm: %u underruns, %u resends, %.0f s", layer.number,
                             double{layer.height_mm}, layer.underruns, layer.resends, double{layer.seconds});
  if (layer.lowest_buffered >= 0) out << terminal::formatted(", lowest buffer %.2f s", double{layer.lowest_buffered});
  out << '\n';
}

}  // namespace

void write_print_strip(std::ostream& out, const std::vector<Layer>& layers, std::size_t columns) {
  if (layers.empty()) return;
  const std::size_t room = std::max<std::size_t>(columns, kLabel + kTick) - kLabel;
  const std::size_t each = (layers.size() + room - 1) / room;
  std::vector<Column> strip((layers.size() + each - 1) / each);
  for (std::size_t i = 0; i < layers.size(); ++i) strip[i / each].add(layers[i]);
  std::string ticks = label("layer");
  for (std::size_t i = 0; i < strip.size(); i += kTick) {
    ticks.resize(std::max(ticks.size(), kLabel + i), ' ');
    ticks += std::to_string(strip[i].first);
  }
  out << ticks << '\n';
  write_row(out, "buffered", strip, [](const Column& c) { return buffered_sign(c.lowest); });
  write_row(out, "underruns", strip, [](const Column& c) { return count_sign(c.underruns); });
  write_row(out, "resends", strip, [](const Column& c) { return count_sign(c.resends); });
  out << "\nbuffered, the lowest in each column: # 1 s or more, = 0.5 s, - 0.1 s, . less\n";
  std::vector<Layer> worst;
  for (const Layer& layer : layers) {
    if (layer.underruns + layer.resends > 0) worst.push_back(layer);
  }
  std::stable_sort(worst.begin(), worst.end(), [](const Layer& a, const Layer& b) {
    return a.underruns != b.underruns ? a.underruns > b.underruns : a.resends > b.resends;
  });
  if (worst.size() > kMostNamed) worst.resize(kMostNamed);
  for (const Layer& layer : worst) write_layer(out, layer);
}

}  // namespace agent::cli
