// Who uses a tty at the moment, without opening it: opening a printer's port resets the printer.
#pragma once

#include <string>

namespace transport {

/// "marlin-agent (process 812)": the holder of its flock(), else a process that has it open and that this user may look
/// into (root: any). Empty: nobody, as far as can be seen.
[[nodiscard]] std::string user_of_device(const std::string& path);

/// Whether this user may open `path`, and who else may.
struct DeviceAccess {
  bool is_there = false;
  bool is_allowed = false;
  std::string group;   ///< of the node, if its group may read and write: "dialout"
};
[[nodiscard]] DeviceAccess access_to_device(const std::string& path);

}  // namespace transport
