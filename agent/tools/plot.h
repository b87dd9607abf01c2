// The common part of the gnuplot and matplotlib scripts: titles, size, panels and colours of the series, quoting of text
// in both languages. A script contains its data and needs only its program. Pure.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/series_table.h"
#include "agent/tools/time_grid.h"

namespace agent::tools {

enum class Terminal { kNone, kPng, kSvg, kDumb };  ///< kNone: the program's default, usually a window

struct PlotStyle {
  std::string title;
  std::string y_label;  ///< of the first panel; empty: its unit
  Terminal terminal = Terminal::kNone;
  int width = 0, height = 0;         ///< pixels, or characters of the dumb terminal; 0: default
  TimeStyle time = TimeStyle::kIso;  ///< kUnix and kIso: the clock
  Ms utc_offset{};                   ///< of the shown clock
};

void write_gnuplot(std::ostream& out, const Table& table, const PlotStyle& style);
/// `python3 SCRIPT PICTURE` writes the picture. Without an argument the script shows a window, or writes the terminal's
/// format to standard output.
void write_matplotlib(std::ostream& out, const Table& table, const PlotStyle& style);

/// agent/tools/matplotlib_plot.py, built into the program.
[[nodiscard]] std::string_view matplotlib_plot();

/// One below the other on a common time axis.
struct Panel {
  std::string unit;
  std::vector<std::size_t> series;   ///< positions in the table
  std::vector<std::size_t> colours;  ///< of each of them, counted from 0: a target has that of what should reach it
};
/// A panel for each unit, in the order of the table. At least one.
[[nodiscard]] std::vector<Panel> panels_of(const Table& table);

/// The text of each mark; empty where it would cover another. A state change comes before a layer.
[[nodiscard]] std::vector<std::string> mark_texts(const Table& table);

/// "#1f77b4": the colours repeat.
[[nodiscard]] std::string_view colour_text(std::size_t colour);
/// Pixels: a picture of several panels is higher.
[[nodiscard]] int usual_height(std::size_t panels);
/// "UTC+01:00"
[[nodiscard]] std::string zone_text(Ms utc_offset);
/// The interval of the time axis's ticks: a round one that gives at most eight.
[[nodiscard]] Ms tick_distance(Ms range);

/// 'it''s': in single quotes, where gnuplot interprets no escapes. Control characters become blanks.
[[nodiscard]] std::string gnuplot_quoted(std::string_view text);
/// 'it\'s': as Python's repr().
[[nodiscard]] std::string python_quoted(std::string_view text);

/// UTC offset of this machine's time zone at that instant.
[[nodiscard]] Ms local_utc_offset(Ms at);

}  // namespace agent::tools
