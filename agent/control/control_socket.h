// The control socket as a file: DIR/control.sock, for owner and group alone, never seen half made, and taken away again
// only by the process that made it. Knows nothing of what is said on it.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "transport/file_descriptor.h"

namespace agent::control {

class ControlSocket {
 public:
  ControlSocket() = default;
  ~ControlSocket();  ///< the file goes, if it is still ours
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  /// Listens at `path` with mode 0660 and the process's effective group. A socket that a dead process left behind is
  /// replaced; one that somebody answers, or a file of another kind, is left alone. Otherwise a sentence.
  [[nodiscard]] std::optional<std::string> listen_at(const std::string& path);

  /// The listening descriptor, non-blocking; it is the caller's now.
  [[nodiscard]] int release() { return socket_.release(); }

 private:
  std::string path_;  ///< empty: there is no file of ours
  dev_t device_ = 0;
  ino_t inode_ = 0;
  transport::FileDescriptor socket_;
};

}  // namespace agent::control
