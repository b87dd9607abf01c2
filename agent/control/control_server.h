// The server of the control socket, on a thread of its own: whatever clients do, the I/O thread receives only complete
// commands. Bounded in clients, in the length of a request, in time, and in answers that are not read.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <sys/types.h>

#include "agent/control/control_session.h"
#include "agent/net/server_thread.h"
#include "agent/process/timer.h"
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
  using Answered = ControlSessionContext::Answered;

  /// `status` is called on the control thread, and so is `handle`, in the order of arrival; its `answered` may be called
  /// on any thread, at most once, also after the server was destroyed.
  ControlServer(std::string path, ControlSessionContext::Status status, ControlSessionContext::Handle handle,
                ControlLimits limits = {});
  ~ControlServer();  ///< closes everything and joins the thread

  /// Nothing if clients can connect now, otherwise the reason as a sentence. Call once.
  [[nodiscard]] std::optional<std::string> start();

 private:
  /// Receives answers from other threads; shared with each pending command, so it may outlive the server.
  struct Mailbox {
    std::mutex mutex;
    boost::asio::io_context* io = nullptr;  ///< null: the server is gone
  };

  void accept();
  [[nodiscard]] Answered posted(Answered answered);  ///< calls it on the control thread

  std::string path_;
  ControlSocket file_;
  net::WebConnections connections_;  // before thread_, whose end destroys the sessions
  ControlSessionContext context_;
  net::ServerThread thread_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  boost::asio::local::stream_protocol::acceptor acceptor_;
  process::Timer pause_;
};

}  // namespace agent::control
