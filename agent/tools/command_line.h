// A command line as CLI11 reads it, with the two ways in which it may end there.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace tools {

/// Nothing to do but print and end: help.
struct Ending {
  int code = 0;
  std::string text;
};

/// Fills what `app` knows. Throws Failure (kUsage) with one sentence.
[[nodiscard]] std::optional<Ending> parse_line(CLI::App& app, int argc, const char* const* argv);

}  // namespace tools
