// Sends a message to the service manager that started this process (sd_notify(3)).
//
// sd_notify() waits while the manager's queue is full, for ever if the manager has crashed and reads no more. A thread
// that carries a print must not: this waits for a limited time or not at all, and the caller sends the message again later.
#pragma once

#include <chrono>
#include <string>

namespace agent::restart {

/// `state`: the argument of sd_notify. `fd`: a descriptor to send with it; -1: none. `patience`: how long to wait for room
/// in the queue. Returns whether it was sent; without a service manager it is not.
bool tell_service_manager(const std::string& state, int fd = -1, std::chrono::milliseconds patience = {});

}  // namespace agent::restart
