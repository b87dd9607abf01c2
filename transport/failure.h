// A failure to set something up, as a value: one plain sentence for the log, and its errno.
// Example: {13, "cannot open /dev/ttyACM0: Permission denied (is the user in group dialout?)"}
#pragma once

#include <optional>
#include <string>

namespace transport {

struct Failure {
  int code = 0;          ///< errno, or 0 where no system call failed
  std::string sentence;  ///< names the file and the reason, without a full stop
};

/// Empty: success.
using MaybeFailure = std::optional<Failure>;

}  // namespace transport
