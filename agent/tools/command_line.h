// A command line as CLI11 reads it, with the two ways in which it may end there.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "agent/duration_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tools {

/// Nothing to do but print and end: help.
struct Ending {
  int code = 0;
  std::string text;
};

/// An option that takes a duration (agent/duration_text.h), for `example` 15m; `take` gets it when the line is parsed. A number
/// without a unit is taken as seconds, with a warning on standard error.
struct DurationOption {
  const char *name, *about, *example;
  std::chrono::milliseconds least{1}, most{agent::kLongestDuration};
};
CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          std::function<void(std::chrono::milliseconds)> take);
/// What `text` says as the value of `option`. Throws Failure (kUsage).
[[nodiscard]] std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text);

/// Fills what `app` knows. Throws Failure (kUsage) with one sentence.
[[nodiscard]] std::optional<Ending> parse_line(CLI::App& app, int argc, const char* const* argv);

}  // namespace tools
