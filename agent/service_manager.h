// What systemd hands to a service and hears from it: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
// Small stable protocols of environment and datagrams, spoken here because libsystemd and what it loads cost
// 1 MB. Without systemd nothing is sent and nothing was passed.
//
//   NOTIFY_SOCKET=/run/systemd/notify   LISTEN_PID=812 LISTEN_FDS=2
//   LISTEN_FDNAMES=marlin-mk3-tty:marlin-mk3-pty
#pragma once

#include <string>
#include <vector>

#include "gcode/time.h"

namespace agent {

/// `state`: assignments, one a line. `fd`: goes along as a copy; -1: none. False: nobody took it. May wait
/// for a manager that is behind with its reading.
bool notify_service_manager(const std::string& state, int fd = -1);

/// How long the manager waits for a sign of life of this process; zero: it does not.
[[nodiscard]] gcode::Time watchdog_time();

struct PassedDescriptor {
  std::string name;  ///< "unknown" if it has none
  int fd = -1;       ///< open, closed at exec; the caller's from now on
};
/// What the manager passed to this process, from descriptor 3 on. Empty as well if the variables contradict
/// each other.
[[nodiscard]] std::vector<PassedDescriptor> passed_descriptors();

}  // namespace agent
