// The command line of `demo` as plain values.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace agent::demo {

struct DemoOptions {
  double speed = 4.0;
  std::string firmware = "prusa-3.13";
  std::string host = "octoprint";
  std::vector<std::string> listen;  ///< empty: 127.0.0.1:11520, or a free port if that is taken
  bool exit_when_done = false;
};

/// The program only prints a text and ends: help, or a wrong command line.
struct DemoExit {
  int code = 0;      ///< 0, or 2 for a wrong command line
  std::string text;  ///< to standard output if code is 0, otherwise to standard error
};

/// `argv`: begins with the word "demo".
[[nodiscard]] std::variant<DemoOptions, DemoExit> parse_demo_options(int argc, const char* const* argv);

}  // namespace agent::demo
