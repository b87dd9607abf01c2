// Sends a message to the service manager that started this process (sd_notify(3)).
//
// sd_notify() waits while the manager's queue is full: the manager is busy, or it has crashed and reads no more. A
// thread that carries a print must not wait for it, so this never waits; the caller sends the message again later.
#pragma once

#include <string>

namespace agent::restart {

/// `state`: the argument of sd_notify. `fd`: a descriptor to send with it; -1: none. Returns whether it was sent; without
/// a service manager it is not.
bool tell_service_manager(const std::string& state, int fd = -1);

}  // namespace agent::restart
