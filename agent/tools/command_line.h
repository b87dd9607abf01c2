// Options with a duration.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "agent/text/command_line.h"
#include "agent/text/duration_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace agent::tools {

/// An option with a duration (agent/text/duration_text.h), such as `example`; parsing calls `take` with it. A number
/// without a unit is taken as seconds, with a warning on standard error.
struct DurationOption {
  const char *name, *about, *example;
  std::chrono::milliseconds least{1}, most{text::kLongestDuration};
};
CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          const std::function<void(std::chrono::milliseconds)>& take);
/// `text` parsed as the value of `option`. Throws Failure (kUsage).
[[nodiscard]] std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text);

}  // namespace agent::tools
