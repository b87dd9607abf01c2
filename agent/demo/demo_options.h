// `demo`: its command line as plain values, and its work.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "agent/text/command_line.h"

namespace agent::demo {

constexpr int kMostPrinters = 20;

struct DemoOptions {
  double speed = 4.0;
  int printers = 1;
  std::string firmware;  ///< of all printers; empty: each has its own
  std::string host = "octoprint";
  std::vector<std::string> listen;  ///< empty: 127.0.0.1:11520, or a free port if that is taken
  bool exit_when_done = false;
};

/// `argv`: begins with the word "demo".
[[nodiscard]] std::variant<DemoOptions, text::EarlyExit> parse_demo_options(int argc, const char* const* argv);

/// Returns the exit status: 0 after Ctrl-C or the end of the print, 1 if it could not start or the print failed,
/// 2 for a firmware or host that does not exist.
int demo(const DemoOptions& options);

}  // namespace agent::demo
