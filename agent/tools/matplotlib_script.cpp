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

void write_series(std::ostream& out, const Series& series, std::size_t colour) {
  out << "    (" << plain_text(series.name) << ", '" << colour_text(colour) << "', "
      << (series.is_target ? "True" : "False") << ", [";
  for (std::size_t i = 0; i < series.values.size(); ++i)
    out << (i == 0 ? "" : i % 16 == 0 ? ",\n     " : ", ") << python_number(series.values[i]);
  out << "]),\n";
}

void write_data(std::ostream& out, const Table& table, const PlotStyle& style, const std::vector<Panel>& panels) {
  out << "nan, inf = float('nan'), float('inf')\nunix = [(" << table.grid.start.count() << " + "
      << table.grid.step.count() << " * i) / 1000 for i in range(" << table.grid.points << ")]\n"
      << "panels = [  # label, and its series: name, colour, whether it is a target, values\n";
  for (const Panel& panel : panels) {
    const bool has_own_label = &panel == &panels.front() && !style.y_label.empty();
    out << "  (" << plain_text(has_own_label ? style.y_label : panel.unit) << ", [\n";
    for (std::size_t i = 0; i < panel.series.size(); ++i)
      write_series(out, table.series[panel.series[i]], panel.colours[i]);
    out << "  ]),\n";
  }
  out << "]\nmarks = [";
  const std::vector<std::string> texts = mark_texts(table);
  for (std::size_t i = 0; i < texts.size(); ++i)
    out << '(' << seconds_text(table.marks[i].at) << ", " << plain_text(texts[i]) << "), ";
  out << "]\n";
}

}  // namespace

void write_matplotlib(std::ostream& out, const Table& table, const PlotStyle& style) {
  out << "#!/usr/bin/env python3\n"
         "# Written by marlin-agent export; needs nothing but matplotlib.\n"
         "# python3 SCRIPT PICTURE writes a picture of the kind that its name ends with.\n";
  const std::vector<Panel> panels = panels_of(table);
  write_data(out, table, style, panels);
  out << "title = " << plain_text(style.title) << "\nwidth, height = " << (style.width > 0 ? style.width : 1200) << ", "
      << (style.height > 0 ? style.height : usual_height(panels.size())) << "\naxis = '" << axis_of(style.time)
      << "'  # clock, elapsed or seconds\norigin, tick = " << seconds_text(table.origin) << ", "
      << seconds_text(tick_distance(table.grid.last() - table.grid.start))
      << "\nutc_offset, zone_name = " << seconds_text(style.utc_offset) << ", "
      << python_quoted(zone_text(style.utc_offset)) << "\npicture = " << picture_of(style.terminal)
      << "  # for standard output\n\n"
      << matplotlib_plot();
}

}  // namespace agent::tools
