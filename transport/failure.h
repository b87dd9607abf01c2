// A failure to set something up, as a value: what the log says in one plain sentence, and the errno behind it.
// Example: {13, "cannot open /dev/ttyACM0: Permission denied (is the user in group dialout?)"}
#pragma once

#include <optional>
#include <string>

namespace transport {

struct Failure {
  int code = 0;          ///< errno, or 0 where no system call failed
  std::string sentence;  ///< names the file and the reason, without a full stop
};

/// Nothing: it worked.
using MaybeFailure = std::optional<Failure>;

}  // namespace transport
