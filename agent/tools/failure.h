// The error that ends a command: one sentence for the user and the exit status for scripts.
#pragma once

#include <stdexcept>
#include <string>

namespace agent::tools {

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

}  // namespace agent::tools
