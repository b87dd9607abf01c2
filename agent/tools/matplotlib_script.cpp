// The values of a script for Python 3 and matplotlib; matplotlib_plot.py draws them. Text is quoted as by repr(). Special
// cases: a dollar sign would start a formula, and a name that begins with an underscore would be omitted from the legend.
#include <cmath>
#include <ostream>

#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"
#include "agent/tools/plot.h"

namespace agent::tools {
namespace {

std::string plain_text(const std::string& text) {
  return python_quoted((text.starts_with('_') ? " " : "") + text::escaped(text, "$", '\\'));
}

std::string python_number(const std::optional<double>& value) {
  if (!value || std::isnan(*value)) return "nan";
  if (std::isinf(*value)) return *value > 0 ? "inf" : "-inf";
  return text::number_text(*value);
}

const char* axis_of(TimeStyle time) {
  if (time == TimeStyle::kElapsed) return "elapsed";
  return time == TimeStyle::kRelative ? "seconds" : "clock";
}

const char* picture_of(Terminal terminal) {
  if (terminal == Terminal::kNone) return "None";
  return terminal == Terminal::kSvg ? "'svg'" : "'png'";
}

void write_data(std::ostream& out, const Table& table) {
  out << "nan, inf = float('nan'), float('inf')\nunix = [(" << table.grid.start.count() << " + "
      << table.grid.step.count() << " * i) / 1000 for i in range(" << table.grid.points << ")]\n"
      << "series = [  # name, whether it belongs on the second axis, values\n";
  const bool two_axes = has_second_axis(table);
  for (const Series& series : table.series) {
    out << "    (" << plain_text(series.name) << ", " << (two_axes && series.is_ratio ? "True" : "False") << ", [";
    for (std::size_t i = 0; i < series.values.size(); ++i)
      out << (i == 0 ? "" : i % 16 == 0 ? ",\n     " : ", ") << python_number(series.values[i]);
    out << "]),\n";
  }
  out << "]\nmarks = [";
  for (const Mark& mark : table.marks) out << '(' << seconds_text(mark.at) << ", " << plain_text(mark.text) << "), ";
  out << "]\n";
}

}  // namespace

void write_matplotlib(std::ostream& out, const Table& table, const PlotStyle& style) {
  out << "#!/usr/bin/env python3\n"
         "# Written by marlin-agent export; needs nothing but matplotlib.\n"
         "# python3 SCRIPT PICTURE writes a picture of the kind that its name ends with.\n";
  write_data(out, table);
  out << "title, y_label, y2_label = " << plain_text(style.title) << ", " << plain_text(style.y_label) << ", "
      << plain_text(style.y2_label) << "\nwidth, height = " << (style.width > 0 ? style.width : 1200) << ", "
      << (style.height > 0 ? style.height : 600) << "\naxis = '" << axis_of(style.time)
      << "'  # clock, elapsed or seconds\norigin, tick = " << seconds_text(table.origin) << ", "
      << seconds_text(tick_distance(table.grid.last() - table.grid.start))
      << "\nutc_offset, zone_name = " << seconds_text(style.utc_offset) << ", "
      << python_quoted(zone_text(style.utc_offset)) << "\npicture = " << picture_of(style.terminal)
      << "  # for standard output\n\n"
      << matplotlib_plot();
}

}  // namespace agent::tools
