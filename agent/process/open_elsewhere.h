// Which programs have a file open, as /proc tells whoever asks: all of them to root, one's own to anybody else.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace agent::process {

struct Program {
  std::string name;  ///< as the kernel has it, at most 15 characters
  pid_t process = 0;
};

/// Those that have what `path` leads to open, but for this process and `except` (0: nobody). In order of process number.
/// Whoever holds the other end of a pseudo-terminal is no user of it: that is the device itself. Opens no device.
[[nodiscard]] std::vector<Program> programs_with_open(const std::string& path, pid_t except = 0);

/// "octoprint (process 812)", several joined by ", ".
[[nodiscard]] std::string program_names(const std::vector<Program>& programs);

}  // namespace agent::process
