// Who has a tty open now, and who may open it, determined without opening it: opening a printer's port resets the
// printer.
#pragma once

#include <string>

namespace transport {

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
