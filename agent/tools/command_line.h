// The options that both commands have: durations, and how to reach a server.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "agent/text/command_line.h"
#include "agent/text/time_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace agent::tools {

/// An option with a duration (agent/text/time_text.h), such as `example`; parsing calls `take` with it. A number
/// without a unit is taken as seconds, with a warning on standard error.
struct DurationOption {
  const char *name, *about, *example;
  std::chrono::milliseconds least{1}, most{text::kLongestDuration};
};
CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          const std::function<void(std::chrono::milliseconds)>& take);
/// `text` parsed as the value of `option`. Throws Failure (kUsage).
[[nodiscard]] std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text);

struct HttpOptions {
  std::string user, password_file, bearer_token_file, ca_file;  ///< empty: not given
  bool insecure = false;
  std::chrono::milliseconds timeout{30'000};
};
void add_http_options(CLI::App& app, HttpOptions& options);

/// Their values after the files are read.
struct HttpAccess {
  std::string user, password, bearer_token, ca_file;
  bool insecure = false;
  std::chrono::milliseconds timeout{30'000};
};
/// Reads the files; the last line end of a secret is not part of it. Throws Failure (kUsage).
[[nodiscard]] HttpAccess http_access(const HttpOptions& options);

}  // namespace agent::tools
