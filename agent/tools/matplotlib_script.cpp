// The script for Python 3 and matplotlib. Text is quoted as by repr(). Special cases: a dollar sign would start a
// formula, and a name that begins with an underscore would be omitted from the legend.
#include <cmath>
#include <ostream>

#include "agent/tools/plot.h"

namespace agent::tools {
namespace {

constexpr int kDotsPerInch = 100;

std::string plain_text(const std::string& text) {
  std::string out = text.starts_with('_') ? " " : "";
  for (const char c : text) {
    if (c == '$') out += '\\';
    out += c;
  }
  return python_quoted(out);
}

std::string python_number(const std::optional<double>& value) {
  if (!value || std::isnan(*value)) return "nan";
  if (std::isinf(*value)) return *value > 0 ? "inf" : "-inf";
  return number_text(*value);
}

void write_head(std::ostream& out, const PlotStyle& style) {
  out << "#!/usr/bin/env python3\n"
         "# Written by marlin-agent export; needs nothing but matplotlib.\n"
         "# python3 SCRIPT PICTURE writes a picture of the kind that its name ends with.\n"
         "import sys\n"
         "from datetime import datetime, timedelta, timezone\n"
         "import matplotlib\n";
  if (style.terminal == Terminal::kNone) out << "if len(sys.argv) > 1:\n    matplotlib.use('Agg')\n";
  else out << "matplotlib.use('Agg')\n";
  out << "import matplotlib.dates as dates\n"
         "import matplotlib.pyplot as plt\n"
         "import matplotlib.ticker as ticker\n\n"
         "nan, inf = float('nan'), float('inf')\n";
}

void write_data(std::ostream& out, const Table& table) {
  out << "unix = [(" << table.grid.start.count() << " + " << table.grid.step.count() << " * i) / 1000 for i in range("
      << table.grid.points << ")]\n"
      << "series = [  # name, whether it belongs on the second axis, values\n";
  const bool two_axes = has_second_axis(table);
  for (const Series& series : table.series) {
    out << "    (" << plain_text(series.name) << ", " << (two_axes && series.is_ratio ? "True" : "False") << ", [";
    for (std::size_t i = 0; i < series.values.size(); ++i)
      out << (i == 0 ? "" : i % 16 == 0 ? ",\n     " : ", ") << python_number(series.values[i]);
    out << "]),\n";
  }
  out << "]\nmarks = [";
  for (std::size_t i = 0; i < table.marks.size(); ++i)
    out << (i == 0 ? "" : ", ") << '(' << seconds_text(table.marks[i].at) << ", " << plain_text(table.marks[i].text)
        << ')';
  out << "]\n\n";
}

void write_time(std::ostream& out, const Table& table, const PlotStyle& style) {
  const bool is_clock = style.time == TimeStyle::kIso || style.time == TimeStyle::kUnix;
  if (is_clock) {
    out << "zone = timezone(timedelta(seconds=" << seconds_text(style.utc_offset) << "))\n"
        << "def x(seconds):\n    return datetime.fromtimestamp(seconds, zone)\n\n";
    return;
  }
  out << "def x(seconds):\n    return seconds - " << seconds_text(table.origin) << "\n\n";
  if (style.time == TimeStyle::kElapsed) {
    out << "def elapsed(seconds, _=None):\n"
           "    whole = abs(int(seconds))\n"
           "    return '%s%d:%02d:%02d' % ('-' if seconds < 0 else '', whole // 3600, whole // 60 % 60, "
           "whole % 60)\n\n";
  }
}

void write_axes(std::ostream& out, const PlotStyle& style, bool two_axes, Ms tick) {
  out << "first.grid(True, alpha=0.3)\n";
  if (!style.title.empty()) out << "first.set_title(" << plain_text(style.title) << ")\n";
  if (!style.y_label.empty()) out << "first.set_ylabel(" << plain_text(style.y_label) << ")\n";
  if (two_axes && !style.y2_label.empty()) out << "second.set_ylabel(" << plain_text(style.y2_label) << ")\n";
  if (style.time == TimeStyle::kElapsed || style.time == TimeStyle::kRelative) {
    out << "first.xaxis.set_major_locator(ticker.MultipleLocator(" << seconds_text(tick) << "))\n";
    if (style.time == TimeStyle::kElapsed) out << "first.xaxis.set_major_formatter(ticker.FuncFormatter(elapsed))\n";
    out << "first.set_xlabel('" << (style.time == TimeStyle::kElapsed ? "elapsed" : "seconds") << "')\n";
  } else {
    out << "locator = dates.AutoDateLocator(tz=zone)\n"
           "first.xaxis.set_major_locator(locator)\n"
           "first.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))\n"
           "first.set_xlabel("
        << python_quoted(zone_text(style.utc_offset)) << ")\n";
  }
}

void write_end(std::ostream& out, const PlotStyle& style) {
  out << "if len(sys.argv) > 1:\n    plt.savefig(sys.argv[1])\nelse:\n    ";
  if (style.terminal == Terminal::kNone) out << "plt.show()\n";
  else out << "plt.savefig(sys.stdout.buffer, format='" << (style.terminal == Terminal::kSvg ? "svg" : "png") << "')\n";
}

}  // namespace

void write_matplotlib(std::ostream& out, const Table& table, const PlotStyle& style) {
  const bool two_axes = has_second_axis(table);
  const double width = style.width > 0 ? style.width : 1200, height = style.height > 0 ? style.height : 600;
  write_head(out, style);
  write_data(out, table);
  write_time(out, table, style);
  out << "figure, first = plt.subplots(figsize=(" << number_text(width / kDotsPerInch) << ", "
      << number_text(height / kDotsPerInch) << "), dpi=" << kDotsPerInch << ")\n";
  out << "second = " << (two_axes ? "first.twinx()" : "first") << '\n';
  out << "times = [x(seconds) for seconds in unix]\n"
         "colours = plt.rcParams['axes.prop_cycle'].by_key()['color']\n"
         "lines = []\n"
         "for i, (name, on_second, values) in enumerate(series):\n"
         "    axis = second if on_second else first\n"
         "    lines += axis.plot(times, values, label=name, color=colours[i % len(colours)], linewidth=1.2,\n"
         "                       linestyle='--' if on_second else '-')\n"
         "for at, text in marks:\n"
         "    first.axvline(x(at), color='#888888', linestyle=':', linewidth=0.8)\n"
         "    first.text(x(at), 0.98, text, transform=first.get_xaxis_transform(), rotation=90, ha='right', "
         "va='top',\n"
         "               fontsize=7, color='#666666')\n"
         "first.legend(lines, [line.get_label() for line in lines], fontsize=8)\n";
  write_axes(out, style, two_axes, tick_distance(table.grid.last() - table.grid.start));
  out << "figure.tight_layout()\n";
  write_end(out, style);
}

}  // namespace agent::tools
