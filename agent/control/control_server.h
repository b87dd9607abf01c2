// The control socket's server, on a thread of its own: whatever clients do, the I/O thread sees nothing of it but whole
// orders. Bounded in clients, in the length of a request, in time, and in answers that nobody takes.
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
    /// A status request's answer as one line. Called on the control thread.
    std::function<std::string(const ControlRequest&)> status;
    /// Has an order obeyed. Called on the control thread; `answered` may be called on any thread, at most once, also when
    /// the server is gone, and orders are passed on in the order in which they came.
    std::function<void(const ControlRequest&, Answered answered)> handle;
  };

  ControlServer(std::string path, Callbacks callbacks, ControlLimits limits = {});
  ~ControlServer();  ///< closes everything and joins the thread
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Nothing if clients can connect now, otherwise a sentence. Call once.
  [[nodiscard]] std::optional<std::string> start();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::control
