// The server of the control socket, on a thread of its own: whatever clients do, the I/O thread receives only complete
// commands. Bounded in clients, in the length of a request, in time, and in answers that are not read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "agent/control/control_protocol.h"
#include "transport/file_descriptor.h"

namespace agent::control {

// The control socket as a file: DIR/control.sock, for owner and group only, never visible half made, and removed only
// by the process that made it. Knows nothing of the protocol.

class ControlSocket {
 public:
  ControlSocket() = default;
  ~ControlSocket();  ///< removes the file if it is still the one made here
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  /// Listens at `path` with mode 0660 and the process's effective group. A socket left behind by a dead process is
  /// replaced; one where another process answers, or a file of another kind, is not touched. Returns a sentence on
  /// failure.
  [[nodiscard]] std::optional<std::string> listen_at(const std::string& path);

  /// The listening descriptor, non-blocking; the caller owns it.
  [[nodiscard]] int release() { return socket_.release(); }

 private:
  std::string path_;  ///< empty: no file was made
  dev_t device_ = 0;
  ino_t inode_ = 0;
  transport::FileDescriptor socket_;
};

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
