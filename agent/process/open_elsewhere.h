// Which programs have a file open, from /proc: root sees all of them, another user only that user's own.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace agent::process {

struct Program {
  std::string name;  ///< as in the kernel, at most 15 characters
  pid_t process = 0;
};

/// The programs that have the target of `path` open, except this process and `except` (0: none). In order of process
/// number. The holder of the other end of a pseudo-terminal does not count: it is the device itself. Opens no device.
[[nodiscard]] std::vector<Program> programs_with_open(const std::string& path, pid_t except = 0);

/// "octoprint (process 812)", several joined by ", ".
[[nodiscard]] std::string program_names(const std::vector<Program>& programs);

}  // namespace agent::process
