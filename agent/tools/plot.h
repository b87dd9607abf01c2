// What the scripts of gnuplot and matplotlib have in common: titles, size, which series belong on the second
// axis, how text is quoted in their languages. A script carries its data and needs nothing but its program.
// Pure.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "agent/tools/series_table.h"
#include "agent/tools/time_column.h"

namespace agent::tools {

enum class Terminal { kNone, kPng, kSvg, kDumb };  ///< kNone: whatever the program has, a window as a rule

struct PlotStyle {
  std::string title, y_label, y2_label;
  Terminal terminal = Terminal::kNone;
  int width = 0, height = 0;         ///< pixels, or characters of the dumb terminal; 0: as usual
  TimeStyle time = TimeStyle::kIso;  ///< kUnix and kIso: the clock
  Ms utc_offset{};                   ///< of the clock that is shown
};

void write_gnuplot(std::ostream& out, const Table& table, const PlotStyle& style);
/// `python3 SCRIPT PICTURE` writes the picture; without an argument it shows a window, or writes to standard
/// output what the terminal is.
void write_matplotlib(std::ostream& out, const Table& table, const PlotStyle& style);

/// Ratios go on the second axis, unless there is nothing else.
[[nodiscard]] bool has_second_axis(const Table& table);
/// "UTC+01:00"
[[nodiscard]] std::string zone_text(Ms utc_offset);
/// The distance of the time axis's marks: a round one that gives eight at most.
[[nodiscard]] Ms tick_distance(Ms range);

/// 'it''s': in single quotes, the only ones in which gnuplot reads no escapes. Control characters become
/// blanks.
[[nodiscard]] std::string gnuplot_quoted(std::string_view text);
/// 'it\'s': as Python's repr().
[[nodiscard]] std::string python_quoted(std::string_view text);

/// Of this machine's zone at that instant.
[[nodiscard]] Ms local_utc_offset(Ms at);

}  // namespace agent::tools
