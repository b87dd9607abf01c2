// Why a command of this program ends early: one sentence for its user and the exit status that scripts see.
#pragma once

#include <stdexcept>
#include <string>

namespace agent::tools {

enum class Exit : int {
  kOk = 0,
  kNoData = 1,  ///< of `export`: there is nothing to write; of `metrics`: something was found
  kUsage = 2,   ///< the command line, or a file that it names
  kServer = 3,  ///< the other end: not there, refuses, or not understood
};

/// Thrown where the work ends; the commands catch it.
struct Failure : std::runtime_error {
  Failure(Exit exit, const std::string& sentence) : std::runtime_error(sentence), exit(exit) {}
  Exit exit;
};

}  // namespace agent::tools
