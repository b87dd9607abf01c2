// Marks of events, made from series that have a value only while a condition is true. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/tools/print_span.h"
#include "agent/tools/series_table.h"

namespace agent::tools {

/// `marlin_state == 1`: a mark for each change of a printer's state, with the new state's word; none for the first
/// state.
[[nodiscard]] std::vector<Mark> marks_of_states(const std::vector<Series>& states, const Grid& grid);
/// A mark wherever one of `series` starts to have a value.
[[nodiscard]] std::vector<Mark> marks_of_beginnings(const std::vector<Series>& series, const Grid& grid,
                                                    const std::string& text);

/// "print 7" at its begin, "completed" at its end; with the printer's name if there are several printers.
[[nodiscard]] std::vector<Mark> marks_of_prints(const std::vector<PrintSpan>& prints);

}  // namespace agent::tools
