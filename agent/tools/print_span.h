// Selects a print: by its number, the last one that ended, or the current one; and one of several that match.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

}  // namespace agent::tools
