#include "agent/net/server_thread.h"

#include <pthread.h>
#include <signal.h>

#include <exception>

namespace agent::net {
namespace {

/// While this object exists, new threads are started with all signals blocked.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

std::thread start_thread(const char* name, std::function<void()> work) {
  const SignalsBlocked blocked;
  return std::thread([name, work = std::move(work)] {
    pthread_setname_np(pthread_self(), name);
    work();
  });
}

ServerThread::ServerThread(const char* name, WebConnections& connections, std::chrono::milliseconds sweep_period)
    : name_(name), connections_(connections) {
  repeat(sweep_period, [this] { connections_.expire(WebClock::now()); });
}

void ServerThread::repeat(std::chrono::milliseconds period, std::function<void()> work) {
  repeated_.push_back({period, std::move(work), boost::asio::steady_timer(io_)});
}

void ServerThread::connection_added() {
  for (Repeated& repeated : repeated_) {
    if (!repeated.is_on) arm(repeated);
  }
}

void ServerThread::start() {
  io_.restart();
  thread_ = start_thread(name_, [this] { run(); });
}

void ServerThread::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
  connections_.close_all();
}

void ServerThread::run() {
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception&) {
      for (Repeated& repeated : repeated_) repeated.is_on = false;  // one of these may have thrown
    }
  }
}

void ServerThread::arm(Repeated& repeated) {
  repeated.is_on = connections_.size() > 0;
  if (!repeated.is_on) return;
  repeated.timer.expires_after(repeated.period);
  repeated.timer.async_wait([this, &repeated](boost::system::error_code stopped) {
    if (stopped) return;
    arm(repeated);  // first, so that the work is repeated even if it throws
    repeated.work();
  });
}

}  // namespace agent::net
