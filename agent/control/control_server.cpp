#include <utility>  // before Asio: Boost 1.74 with g++ 12 in C++20 needs it

#include "agent/control/control_server.h"

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>

#include "agent/control/control_session.h"
#include "agent/control/control_socket.h"
#include "agent/net/server_thread.h"

namespace agent::control {
namespace {

using ErrorCode = boost::system::error_code;
using Stream = boost::asio::local::stream_protocol;

/// A person uses one client, and there may be a few scripts; the rest is for `status --watch`. A new client replaces
/// the oldest idle one.
constexpr std::size_t kMaxClients = 32;
/// Status of 256 printers is 300 kB; no proper client reads it slowly.
constexpr std::size_t kMaxWaitingBytes = 2 << 20;
constexpr std::chrono::milliseconds kSweepPeriod{250};
/// Long enough that a process without free descriptors does not spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

class ControlServer::Impl {
 public:
  Impl(std::string path, Callbacks callbacks, const ControlLimits& limits)
      : path_(std::move(path)),
        callbacks_(std::move(callbacks)),
        connections_(kMaxClients, kMaxWaitingBytes),
        context_{callbacks_.status,
                 [this](const ControlRequest& request, ControlSessionContext::Answered answered) {
                   pass_on(request, std::move(answered));
                 },
                 connections_,
                 limits,
                 ::geteuid(),
                 ::getegid()},
        thread_("control", connections_, kSweepPeriod),
        acceptor_(thread_.io()),
        pause_(thread_.io()) {}

  ~Impl() {
    {
      const std::lock_guard lock(mailbox_->mutex);
      mailbox_->io = nullptr;
    }
    thread_.stop();
  }

  std::optional<std::string> start() {
    if (auto fault = file_.listen_at(path_)) return fault;
    ErrorCode fault;
    acceptor_.assign(Stream(), file_.release(), fault);
    if (fault) return "cannot serve the control socket " + path_ + ": " + fault.message();
    accept();
    thread_.start();
    return std::nullopt;
  }

 private:
  /// Receives answers from other threads; shared with each pending command, so it may outlive the server.
  struct Mailbox {
    std::mutex mutex;
    boost::asio::io_context* io = nullptr;  ///< null: the server is gone
  };

  void accept() {
    acceptor_.async_accept([this](ErrorCode fault, ControlSession::Socket socket) {
      if (fault == boost::asio::error::operation_aborted) return;
      if (fault) return accept_later();
      accept();
      (void)connections_.make_room();
      std::make_shared<ControlSession>(std::move(socket), context_)->start();
      thread_.connection_added();
    });
  }

  void accept_later() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](ErrorCode stopped) {
      if (!stopped) accept();
    });
  }

  void pass_on(const ControlRequest& request, ControlSessionContext::Answered answered) {
    callbacks_.handle(request, [box = mailbox_, answered = std::move(answered)](const ControlAnswer& answer) {
      const std::lock_guard lock(box->mutex);
      if (box->io != nullptr) boost::asio::post(*box->io, [answered, answer] { answered(answer); });
    });
  }

  std::string path_;
  Callbacks callbacks_;
  ControlSocket file_;
  net::WebConnections connections_;  // before thread_, whose end destroys the sessions
  ControlSessionContext context_;
  net::ServerThread thread_;
  std::shared_ptr<Mailbox> mailbox_ = make_mailbox(thread_.io());
  Stream::acceptor acceptor_;
  boost::asio::steady_timer pause_;

  static std::shared_ptr<Mailbox> make_mailbox(boost::asio::io_context& io) {
    auto box = std::make_shared<Mailbox>();
    box->io = &io;
    return box;
  }
};

ControlServer::ControlServer(std::string path, Callbacks callbacks, ControlLimits limits)
    : impl_(std::make_unique<Impl>(std::move(path), std::move(callbacks), limits)) {}
ControlServer::~ControlServer() = default;
std::optional<std::string> ControlServer::start() { return impl_->start(); }

}  // namespace agent::control
