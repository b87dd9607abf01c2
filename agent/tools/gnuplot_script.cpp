// The script for gnuplot 5. Titles and names are never interpreted as markup ("noenhanced"). An unknown value is "?",
// which valid() detects and which interrupts the line.
#include <cmath>
#include <ostream>

#include "agent/text/metrics_text.h"
#include "agent/tools/plot.h"

namespace agent::tools {
namespace {

struct Size {
  int width, height;
};
constexpr Size kPictureSize{1200, 600}, kDumbSize{110, 32};

bool is_clock(const PlotStyle& style) { return style.time == TimeStyle::kIso || style.time == TimeStyle::kUnix; }

/// The x value in the script, in seconds: Unix time or since the origin.
Ms shift_of(const Table& table, const PlotStyle& style) { return is_clock(style) ? style.utc_offset : -table.origin; }

void write_terminal(std::ostream& out, const PlotStyle& style) {
  const Size usual = style.terminal == Terminal::kDumb ? kDumbSize : kPictureSize;
  const int width = style.width > 0 ? style.width : usual.width,
            height = style.height > 0 ? style.height : usual.height;
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

void write_marks(std::ostream& out, const Table& table, const PlotStyle& style) {
  for (const Mark& mark : table.marks) {
    const std::string x = seconds_text(mark.at + shift_of(table, style));
    out << "set arrow from first " << x << ", graph 0 to first " << x
        << ", graph 1 nohead dashtype 3 linecolor rgb '#888888'\n";
    out << "set label " << gnuplot_quoted(mark.text) << " at first " << x
        << ", graph 0.98 right rotate offset 0.6,0 noenhanced textcolor rgb '#666666'\n";
  }
}

void write_plot(std::ostream& out, const Table& table, const PlotStyle& style) {
  const bool two_axes = has_second_axis(table);
  const std::string shift = seconds_text(shift_of(table, style));
  const char* separator = "plot ";
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    const std::string column = std::to_string(i + 2);
    out << separator << "$data using ($1+(" << shift << ")):(valid(" << column << ")?$" << column << ":NaN) with lines";
    if (two_axes && table.series[i].is_ratio) out << " axes x1y2 dashtype 2";
    out << " title " << gnuplot_quoted(table.series[i].name) << " noenhanced";
    separator = ", \\\n     ";
  }
  out << '\n';
}

}  // namespace

void write_gnuplot(std::ostream& out, const Table& table, const PlotStyle& style) {
  out << "#!/usr/bin/gnuplot -p\n"
         "# Written by marlin-agent export; needs nothing but gnuplot 5.\n";
  out << "set encoding utf8\n";
  write_terminal(out, style);
  write_data(out, table);
  if (!style.title.empty()) out << "set title " << gnuplot_quoted(style.title) << " noenhanced\n";
  if (!style.y_label.empty()) out << "set ylabel " << gnuplot_quoted(style.y_label) << " noenhanced\n";
  write_time_axis(out, table, style);
  out << "set autoscale xfix\nset grid\nset key " << (style.terminal == Terminal::kDumb ? "below" : "outside right top")
      << '\n';
  if (has_second_axis(table)) {
    out << "set ytics nomirror\nset y2tics\n";
    if (!style.y2_label.empty()) out << "set y2label " << gnuplot_quoted(style.y2_label) << " noenhanced\n";
  }
  write_marks(out, table, style);
  write_plot(out, table, style);
}

}  // namespace agent::tools
