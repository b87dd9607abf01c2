// Which print is meant: by its number, the last that ended, or the one that runs; and which of several that
// fit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/tools/time_grid.h"

namespace agent::tools {

struct PrintSpan {
  std::string id, printer, instance;  ///< instance: empty where the agent itself was asked
  Ms began{}, ended{};                ///< ended: of a print that runs, now
  bool runs = false;
  std::string result;  ///< "completed"; empty where it is not told
};

/// "last", "current" or a number.
struct PrintChoice {
  std::string word, printer, instance;  ///< printer, instance: empty: any
};
[[nodiscard]] bool is_print_word(std::string_view word);

/// The one that is meant. Throws Failure: kNoData if there is none, kUsage if several are and nothing
/// decides.
[[nodiscard]] PrintSpan chosen(const PrintChoice& choice, std::vector<PrintSpan> spans);

}  // namespace agent::tools
