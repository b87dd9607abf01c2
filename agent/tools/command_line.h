// What the commands have in common: the error that ends them, options with a duration, and how to reach a server.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/text/command_line.h"
#include "agent/text/time_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace agent::tools {

/// The exit status, for scripts.
enum class Exit : int {
  kOk = 0,
  kNoData = 1,  ///< `export`: nothing to write; `metrics`: something was found
  kUsage = 2,   ///< the command line, or a file that it names
  kServer = 3,  ///< the server: cannot be reached, refuses, or its answer is not valid
};

/// Thrown where the error occurs; caught by the commands.
struct Failure : std::runtime_error {
  Failure(Exit exit, const std::string& sentence) : std::runtime_error(sentence), exit(exit) {}
  Exit exit;
};

/// A server did not answer at all. A command can add what to do.
struct NoAnswer : Failure {
  explicit NoAnswer(const std::string& sentence) : Failure(Exit::kServer, sentence) {}
};

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

/// An option with one of `words`; parsing calls `take` with the word's index.
CLI::Option* add_choice(CLI::App& app, const char* name, std::vector<std::string> words,
                        const std::function<void(int)>& take, const char* about);

/// How to reach a server.
struct HttpAccess {
  std::string user, password, bearer_token, ca_file;  ///< empty: not given
  bool insecure = false;
  std::chrono::milliseconds timeout{30'000};
  /// 512 MB: 10,000 points of a thousand series. A larger answer is refused with this advice.
  std::size_t most_bytes = std::size_t{512} << 20;
  std::string advice = "choose a larger --step";
};
/// The options for that. Parsing reads the files that they name and throws Failure (kUsage) if it cannot; the last line
/// end of a secret is not part of it.
void add_http_options(CLI::App& app, HttpAccess& access);

/// The exit status of a command's `work`: a Failure becomes a sentence on `err`.
int exit_status(const char* command, std::ostream& err, const std::function<Exit()>& work);

}  // namespace agent::tools
