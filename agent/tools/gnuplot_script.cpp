// The script for gnuplot 5. Titles and names are never interpreted as markup ("noenhanced"). An unknown value is "?",
// which valid() detects and which interrupts the line.
#include <algorithm>
#include <cmath>
#include <ostream>

#include "agent/terminal/styled_text.h"
#include "agent/text/metrics_text.h"
#include "agent/tools/plot.h"

namespace agent::tools {
namespace {

constexpr int kPictureWidth = 1200, kDumbWidth = 110, kDumbHeight = 32;

bool is_clock(const PlotStyle& style) { return style.time == TimeStyle::kIso || style.time == TimeStyle::kUnix; }

/// The x value in the script, in seconds: Unix time or since the origin.
Ms shift_of(const Table& table, const PlotStyle& style) { return is_clock(style) ? style.utc_offset : -table.origin; }

void write_terminal(std::ostream& out, const PlotStyle& style, std::size_t panels) {
  const bool is_dumb = style.terminal == Terminal::kDumb;
  const int usual = is_dumb ? kDumbHeight * static_cast<int>(panels + 1) / 2 : usual_height(panels);
  const int width = style.width > 0 ? style.width : is_dumb ? kDumbWidth : kPictureWidth;
  const int height = style.height > 0 ? style.height : usual;
  switch (style.terminal) {
    case Terminal::kPng: out << "set terminal pngcairo size " << width << ',' << height << '\n'; break;
    case Terminal::kSvg: out << "set terminal svg size " << width << ',' << height << " background 'white'\n"; break;
    case Terminal::kDumb: out << "set terminal dumb " << width << ' ' << height << '\n'; break;
    case Terminal::kNone: break;
  }
}

void write_data(std::ostream& out, const Table& table) {
  out << "$data << EOD\n";
  for (std::size_t i = 0; i < table.grid.points; ++i) {
    out << seconds_text(table.grid.time(i));
    for (const Series& series : table.series) {
      const auto& value = series.values[i];
      out << ' ' << (value && std::isfinite(*value) ? text::number_text(*value) : "?");
    }
    out << '\n';
  }
  out << "EOD\n";
}

std::string time_format(const Table& table, const PlotStyle& style, Ms tick) {
  if (style.time == TimeStyle::kRelative) return "set format x '%g'\n";
  if (style.time == TimeStyle::kElapsed) return "set format x '%tH:%tM:%tS' timedate\n";
  const Ms range = table.grid.last() - table.grid.start;
  if (tick >= Ms(86'400'000)) return "set format x '%Y-%m-%d' timedate\n";
  if (range > Ms(86'400'000)) return "set format x \"%m-%d\\n%H:%M\" timedate\n";
  return std::string("set format x '") + (tick < Ms(60'000) ? "%H:%M:%S" : "%H:%M") + "' timedate\n";
}

void write_time_axis(std::ostream& out, const Table& table, const PlotStyle& style) {
  const Ms tick = tick_distance(table.grid.last() - table.grid.start);
  out << time_format(table, style, tick);
  out << "set xtics " << seconds_text(tick) << '\n';
  if (is_clock(style)) out << "set xlabel " << gnuplot_quoted(zone_text(style.utc_offset)) << " noenhanced\n";
  else out << "set xlabel '" << (style.time == TimeStyle::kElapsed ? "elapsed" : "seconds") << "'\n";
}

void write_mark_lines(std::ostream& out, const Table& table, const PlotStyle& style) {
  for (const Mark& mark : table.marks) {
    const std::string x = seconds_text(mark.at + shift_of(table, style));
    out << "set arrow from first " << x << ", graph 0 to first " << x
        << ", graph 1 nohead dashtype 3 linecolor rgb '#888888'\n";
  }
}

void write_mark_texts(std::ostream& out, const Table& table, const PlotStyle& style) {
  const std::vector<std::string> texts = mark_texts(table);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    out << "set label " << gnuplot_quoted(texts[i]) << " at first "
        << seconds_text(table.marks[i].at + shift_of(table, style))
        << ", graph 0.98 right rotate offset 0.6,0 noenhanced textcolor rgb '#666666'\n";
  }
}

/// From 0, with room for a line at 0 or at the top, which the frame would hide. Without a unit gnuplot decides.
void write_values(std::ostream& out, const Table& table, const Panel& panel) {
  constexpr double kRoom = 0.05;
  if (panel.unit.empty()) {
    out << "set yrange [*:*]\n";
    return;
  }
  double low = 0, high = 0;
  for (const std::size_t i : panel.series) {
    for (const auto& value : table.series[i].values) {
      if (!value || !std::isfinite(*value)) continue;
      low = std::min(low, *value);
      high = std::max(high, *value);
    }
  }
  const double range = high > low ? high - low : 1;
  out << "set yrange [" << text::number_text(low - kRoom * range) << ':' << text::number_text(low + (1 + kRoom) * range)
      << "]\n";
}

void write_panel(std::ostream& out, const Table& table, const PlotStyle& style, const Panel& panel) {
  const std::string shift = seconds_text(shift_of(table, style));
  write_values(out, table, panel);
  const char* separator = "plot ";
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& series = table.series[panel.series[i]];
    const std::string column = std::to_string(panel.series[i] + 2);
    out << separator << "$data using ($1+(" << shift << ")):(valid(" << column << ")?$" << column << ":NaN) with "
        << (series.is_target ? "steps dashtype 2" : "lines") << " linecolor rgb '" << colour_text(panel.colours[i])
        << "' title " << gnuplot_quoted(series.name) << " noenhanced";
    separator = ", \\\n     ";
  }
  out << '\n';
}

void write_range(std::ostream& out, const Table& table, const PlotStyle& style) {
  const Ms shift = shift_of(table, style);
  out << "set xrange [" << seconds_text(table.grid.start + shift) << ':' << seconds_text(table.grid.last() + shift)
      << "]\n";
}

/// One below the other; only the lowest has the times, only the highest the marks' texts.
void write_panels(std::ostream& out, const Table& table, const PlotStyle& style, const std::vector<Panel>& panels) {
  const double edge = 0.45 / static_cast<double>(panels.size() + 2);
  out << "set multiplot layout " << panels.size() << ",1 margins char 13, screen 0.78, screen "
      << terminal::formatted("%.3f, screen %.3f", edge, 1 - edge) << " spacing screen 0, screen 0.01";
  if (!style.title.empty()) out << " title " << gnuplot_quoted(style.title) << " noenhanced";
  out << '\n';
  write_range(out, table, style);
  write_mark_texts(out, table, style);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const bool is_first = i == 0, is_last = i + 1 == panels.size();
    const std::string& label = is_first && !style.y_label.empty() ? style.y_label : panels[i].unit;
    out << "set ylabel " << gnuplot_quoted(label) << " noenhanced\n";
    if (is_last) write_time_axis(out, table, style);
    else
      out << "set xtics " << seconds_text(tick_distance(table.grid.last() - table.grid.start)) << "\nset format x ''\n";
    write_panel(out, table, style, panels[i]);
    if (is_first) out << "unset label\n";
  }
  out << "unset multiplot\n";
}

void write_single(std::ostream& out, const Table& table, const PlotStyle& style, const Panel& panel) {
  const std::string& label = style.y_label.empty() ? panel.unit : style.y_label;
  if (!style.title.empty()) out << "set title " << gnuplot_quoted(style.title) << " noenhanced\n";
  if (!label.empty()) out << "set ylabel " << gnuplot_quoted(label) << " noenhanced\n";
  write_time_axis(out, table, style);
  write_mark_texts(out, table, style);
  write_panel(out, table, style, panel);
}

}  // namespace

void write_gnuplot(std::ostream& out, const Table& table, const PlotStyle& style) {
  const std::vector<Panel> panels = panels_of(table);
  out << "#!/usr/bin/gnuplot -p\n"
         "# Written by marlin-agent export; needs nothing but gnuplot 5.\n";
  out << "set encoding utf8\n";
  write_terminal(out, style, panels.size());
  write_data(out, table);
  const bool is_below = style.terminal == Terminal::kDumb && panels.size() == 1;
  out << "set autoscale xfix\nset grid\nset key " << (is_below ? "below" : "outside right top samplen 2") << "\n";
  write_mark_lines(out, table, style);
  if (panels.size() > 1) write_panels(out, table, style, panels);
  else write_single(out, table, style, panels.front());
}

}  // namespace agent::tools
