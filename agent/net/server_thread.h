// The common part of a server with its own thread: an io_context that the thread runs, the time limits of its
// connections, and work that is repeated while there are connections. A handler that throws (out of memory in one
// connection's step) loses that connection; the others continue.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <thread>

#include "agent/net/web_connections.h"

namespace agent::net {

/// A thread with all signals blocked: the main thread handles them. `name`: for the kernel, at most 15 characters.
[[nodiscard]] std::thread start_thread(const char* name, std::function<void()> work);

class ServerThread {
 public:
  /// `connections`: used by this thread only; not owned, outlives this. `sweep_period`: maximum delay of a deadline.
  ServerThread(const char* name, WebConnections& connections, std::chrono::milliseconds sweep_period);
  ~ServerThread() { stop(); }

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  /// Calls `work` every `period` while there are connections; without any the thread sleeps. Call before start().
  void repeat(std::chrono::milliseconds period, std::function<void()> work);
  /// A connection was added: starts the repeated work. Call on the thread.
  void connection_added();

  void start();  ///< also after stop()
  /// Closes every connection and returns when the thread has ended, after at most one handler. May be called again.
  void stop();

 private:
  struct Repeated {
    std::chrono::milliseconds period;
    std::function<void()> work;
    boost::asio::steady_timer timer;
    bool is_on = false;
  };

  void run();
  void arm(Repeated& repeated);

  const char* name_;
  WebConnections& connections_;
  boost::asio::io_context io_{1};
  std::list<Repeated> repeated_;
  std::thread thread_;
};

}  // namespace agent::net
