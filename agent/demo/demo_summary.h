// What the demo says at its end: what was seen, and what to try next. Pure: takes the printers' figures, returns lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/snapshot/history.h"

namespace agent::demo {

/// One printer at the end of the demo.
struct SeenPrinter {
  std::string name;
  std::vector<snapshot::JobRecord> prints;  ///< of this run, newest first
  std::uint64_t resends = 0, underruns = 0;
};

/// While the demo serves: the page and commands that show the finished print. `address`: "http://127.0.0.1:11520".
[[nodiscard]] std::vector<std::string> try_now(std::string_view address);

/// One line for each printer, then what to try without this demo.
[[nodiscard]] std::vector<std::string> summary(const std::vector<SeenPrinter>& printers);

}  // namespace agent::demo
