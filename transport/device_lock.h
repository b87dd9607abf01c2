// Exclusive use of a tty: flock() for programs that check it (OctoPrint, pyserial), TIOCEXCL for those that only open.
// Independent of baud rates and bytes.
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

}  // namespace transport
