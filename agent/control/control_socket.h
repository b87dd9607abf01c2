// The control socket as a file: DIR/control.sock, for owner and group only, never visible half made, and removed only
// by the process that made it. Knows nothing of the protocol.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "transport/file_descriptor.h"

namespace agent::control {

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

}  // namespace agent::control
