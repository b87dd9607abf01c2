// Exclusive use of a tty: flock() for programs that check it (OctoPrint, pyserial), TIOCEXCL for those that only open;
// and who has a tty, or may open it, determined without opening it, since that resets a printer;
// and whether udev has finished with its node.
#pragma once

#include <filesystem>
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

/// The places where udev and the kernel report it; other folders for tests.
struct UdevPlaces {
  std::filesystem::path run = "/run/udev";
  std::filesystem::path sys = "/sys";
};

/// Until udev has finished with a device node, that has neither its group nor its mode.
/// True if udev has finished with `path`, and also if it will never report: no udevd runs, `path` is not a device node,
/// or the kernel has no such device in its tree (a pseudo-terminal). A few system calls; opens nothing.
[[nodiscard]] bool udev_is_done(const std::string& path, const UdevPlaces& places = {});

}  // namespace transport
