// A case of tests/data/wild that needs a printer and a host: what they do (scenario.txt) and what must be seen
// (expected.txt), each a line. The README there explains both formats. It opens no files.
//
//   printer marlin-1.1.9                        tool0 known
//   answer M105 ok P15 B15 T:{tool}\n           rest.tool0 known
//   on                                          foreign 0
//   + 25
//   look rest
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/ping_pong.h"

namespace sim {

/// One value that must be seen, at a `look` of the scenario or at its end.
struct Expectation {
  std::string look;  ///< empty: at the end
  std::string name;
  std::string value;  ///< as written: "0", "known", "none", "!31", "<20", ">60", "completed"
  std::string got;    ///< "not looked at" until then
  bool holds = false;
};

/// Throws std::invalid_argument with the line that is no step, no value, or no such name.
[[nodiscard]] std::vector<Expectation> run_live_case(std::string_view scenario, std::string_view expected);

/// "7" fits "7.000", "known", "<20", "!31"; "none" fits "none" only.
[[nodiscard]] bool fits(std::string_view expected, std::string_view got);

}  // namespace sim
