// The server of the control socket, on a thread of its own: whatever clients do, the I/O thread receives only complete
// commands. Bounded in clients, in the length of a request, in time, and in answers that are not read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/control/control_protocol.h"

namespace agent::control {

class ControlServer {
 public:
  using Answered = std::function<void(const ControlAnswer&)>;

  struct Callbacks {
    /// The answer to a status request as one line. Called on the control thread.
    std::function<std::string(const ControlRequest&)> status;
    /// Handles a command. Called on the control thread, in the order of arrival; `answered` may be called on any
    /// thread, at most once, also after the server was destroyed.
    std::function<void(const ControlRequest&, Answered answered)> handle;
  };

  ControlServer(std::string path, Callbacks callbacks, ControlLimits limits = {});
  ~ControlServer();  ///< closes everything and joins the thread
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Nothing if clients can connect now, otherwise the reason as a sentence. Call once.
  [[nodiscard]] std::optional<std::string> start();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::control
