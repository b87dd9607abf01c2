// Parsing of a command line with CLI11, and its two early ends: help and error.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "agent/text/duration_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace agent::tools {

/// The program only prints a text and ends: help.
struct Ending {
  int code = 0;
  std::string text;
};

/// An option with a duration (agent/text/duration_text.h), such as `example`; parsing calls `take` with it. A number
/// without a unit is taken as seconds, with a warning on standard error.
struct DurationOption {
  const char *name, *about, *example;
  std::chrono::milliseconds least{1}, most{text::kLongestDuration};
};
CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          std::function<void(std::chrono::milliseconds)> take);
/// `text` parsed as the value of `option`. Throws Failure (kUsage).
[[nodiscard]] std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text);

/// Parses into the variables of `app`. Throws Failure (kUsage) with one sentence.
[[nodiscard]] std::optional<Ending> parse_line(CLI::App& app, int argc, const char* const* argv);

}  // namespace agent::tools
