// Selects a print: by its number, the last one that ended, or the current one; and one of several that match. Marks of
// events, made from prints and from series that have a value only while a condition is true.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/series_table.h"
#include "agent/tools/time_grid.h"

namespace agent::tools {

struct PrintSpan {
  std::string id, printer, instance;  ///< instance: empty if the data is from the agent itself
  Ms began{}, ended{};                ///< ended: now for the current print
  bool runs = false;
  std::string result;  ///< "completed"; empty if unknown
};

/// "last", "current" or a number.
struct PrintChoice {
  std::string word, printer, instance;  ///< printer, instance: empty: any
};
[[nodiscard]] bool is_print_word(std::string_view word);

/// The selected one. Throws Failure: kNoData if there is none, kUsage if several match.
[[nodiscard]] PrintSpan chosen(const PrintChoice& choice, std::vector<PrintSpan> spans);

/// `marlin_state == 1`: a mark for each change of a printer's state, with the new state's word; none for the first
/// state.
[[nodiscard]] std::vector<Mark> marks_of_states(const std::vector<Series>& states, const Grid& grid);
/// A mark wherever one of `series` starts to have a value.
[[nodiscard]] std::vector<Mark> marks_of_beginnings(const std::vector<Series>& series, const Grid& grid,
                                                    const std::string& text);

/// `marlin_print_layer`: "layer 20" where it begins; a round number of layers apart, so that there are at most ten.
[[nodiscard]] std::vector<Mark> marks_of_layers(const std::vector<Series>& series, const Grid& grid);

/// "print 7" at its begin, "completed" at its end; with the printer's name if there are several printers.
[[nodiscard]] std::vector<Mark> marks_of_prints(const std::vector<PrintSpan>& prints);

}  // namespace agent::tools
