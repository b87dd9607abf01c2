// Exclusive use of a tty: flock() for programs that check it (OctoPrint, pyserial), TIOCEXCL for those that only open;
// and who has a tty, or may open it, determined without opening it, since that resets a printer.
#pragma once

#include <string>

#include "transport/failure.h"

namespace transport {

/// Locks the open tty `fd`. `path` is for the sentence: "/dev/ttyACM0 is in use: octoprint (process 812) holds it". A
/// tty without TIOCEXCL is not a failure.
[[nodiscard]] MaybeFailure lock_device(int fd, const std::string& path);

/// Undoes lock_device(), before close(): TIOCEXCL would outlive the descriptor on a pseudo-terminal.
void unlock_device(int fd);

/// The program with a flock() on the file behind `fd`, as "name (process N)"; empty if the kernel does not report it.
[[nodiscard]] std::string lock_holder(int fd);

/// "marlin-agent (process 812)": the program with a flock() on `path`. Empty: no program has one.
[[nodiscard]] std::string lock_holder_of(const std::string& path);

/// Whether this user may open `path`, and who else may.
struct DeviceAccess {
  bool is_there = false;
  bool is_allowed = false;
  std::string group;  ///< of the node, if its group may read and write: "dialout"
};
[[nodiscard]] DeviceAccess access_to_device(const std::string& path);

}  // namespace transport
