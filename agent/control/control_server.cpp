#include "agent/control/control_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace agent::control {
namespace {

using ErrorCode = boost::system::error_code;

/// A person uses one client, and there may be a few scripts; the rest is for `status --watch`. A new client replaces
/// the oldest idle one.
constexpr std::size_t kMaxClients = 32;
/// Status of 256 printers is 300 kB; no proper client reads it slowly.
constexpr std::size_t kMaxWaitingBytes = 2 << 20;
constexpr std::chrono::milliseconds kSweepPeriod{250};
/// Long enough that a process without free descriptors does not spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

// A hundred simultaneous clients are accepted one after another; a non-blocking connect beyond that gets EAGAIN.
constexpr int kBacklog = 128;
constexpr mode_t kMode = 0660;

bool set_address(sockaddr_un& address, const std::string& path) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  path.copy(address.sun_path, path.size());
  return true;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

transport::FileDescriptor new_socket() {
  return transport::FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// A full backlog (EAGAIN) also means a live process.
bool somebody_answers(const sockaddr_un& address) {
  const auto probe = new_socket();
  if (!probe) return false;
  return ::connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN;
}

std::optional<std::string> what_is_in_the_way(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  if (!S_ISSOCK(status.st_mode)) return "a file that is not a socket is there";
  sockaddr_un address{};
  (void)set_address(address, path);
  if (somebody_answers(address)) return "another agent answers there";
  return std::nullopt;
}

// The mode is set before the name appears: bind() gives the file the mode of the descriptor, reduced by the umask.
int bind_and_listen(int fd, const sockaddr_un& address) {
  if (::fchmod(fd, kMode) != 0 || ::bind(fd, generic(address), sizeof address) != 0) return errno;
  // A umask of 022 would exclude group members. The chown to the process's group matters where the directory is setgid.
  if (::chmod(address.sun_path, kMode) != 0 || ::chown(address.sun_path, static_cast<uid_t>(-1), ::getegid()) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    ::unlink(address.sun_path);
    return error;
  }
  return 0;
}

}  // namespace

ControlServer::ControlServer(std::string path, ControlSessionContext::Status status,
                             ControlSessionContext::Handle handle, ControlLimits limits)
    : path_(std::move(path)),
      connections_(kMaxClients, kMaxWaitingBytes),
      context_{std::move(status),
               [this, handle = std::move(handle)](const ControlRequest& request, Answered answered) {
                 handle(request, posted(std::move(answered)));
               },
               connections_,
               limits,
               ::geteuid(),
               ::getegid()},
      thread_("control", connections_, kSweepPeriod),
      acceptor_(thread_.io()),
      pause_(thread_.io(), [this] { accept(); }) {
  mailbox_->io = &thread_.io();
}

ControlServer::~ControlServer() {
  {
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->io = nullptr;
  }
  thread_.stop();
}

std::optional<std::string> ControlServer::start() {
  if (auto fault = file_.listen_at(path_)) return fault;
  ErrorCode fault;
  acceptor_.assign(boost::asio::local::stream_protocol(), file_.release(), fault);
  if (fault) return "cannot serve the control socket " + path_ + ": " + fault.message();
  accept();
  thread_.start();
  return std::nullopt;
}

void ControlServer::accept() {
  acceptor_.async_accept([this](ErrorCode fault, ControlSession::Socket socket) {
    if (fault == boost::asio::error::operation_aborted) return;
    if (fault) return pause_.after(kAcceptPause);
    accept();
    (void)connections_.make_room();
    std::make_shared<ControlSession>(std::move(socket), context_)->start();
    thread_.connection_added();
  });
}

ControlServer::Answered ControlServer::posted(Answered answered) {
  return [box = mailbox_, answered = std::move(answered)](const ControlAnswer& answer) {
    const std::lock_guard lock(box->mutex);
    if (box->io != nullptr) boost::asio::post(*box->io, [answered, answer] { answered(answer); });
  };
}

ControlSocket::~ControlSocket() {
  struct stat status {};
  if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

std::optional<std::string> ControlSocket::listen_at(const std::string& path) {
  const auto cannot = [&](const std::string& why) { return "cannot make the control socket " + path + ": " + why; };
  const std::size_t slash = path.rfind('/') + 1;
  const std::string half_made = path.substr(0, slash) + '.' + path.substr(slash) + '.' + std::to_string(::getpid());
  sockaddr_un address{};
  if (!set_address(address, half_made)) return cannot("the path is longer than a socket's may be (some 90 bytes)");
  if (const auto obstacle = what_is_in_the_way(path)) return cannot(*obstacle);
  auto socket = new_socket();
  if (!socket) return cannot(std::strerror(errno));
  ::unlink(half_made.c_str());
  if (const int error = bind_and_listen(socket.get(), address); error != 0) return cannot(std::strerror(error));
  struct stat status {};
  if (::lstat(half_made.c_str(), &status) != 0 || ::rename(half_made.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(half_made.c_str());
    return cannot(std::strerror(error));
  }
  path_ = path;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  socket_ = std::move(socket);
  return std::nullopt;
}

}  // namespace agent::control
