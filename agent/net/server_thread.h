// What every server with a thread of its own has: an io_context that the thread runs, the time limits of the connections on
// it, and work that is repeated while there are connections. A handler that throws (out of memory in one connection's step)
// loses that connection; the others go on.
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <thread>

#include "agent/net/web_connections.h"

namespace agent::net {

/// A thread that gets no signal: they belong to the main thread. `name`: as the kernel shows it, at most 15 characters.
[[nodiscard]] std::thread start_thread(const char* name, std::function<void()> work);

class ServerThread {
 public:
  /// `connections`: of this thread; not owned, outlives this. `sweep_period`: how late a deadline may be noticed.
  ServerThread(const char* name, WebConnections& connections, std::chrono::milliseconds sweep_period);
  ~ServerThread() { stop(); }
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  /// `work` is done each `period` while there are connections; without any the thread sleeps. Before start().
  void repeat(std::chrono::milliseconds period, std::function<void()> work);
  /// A connection was added: what is repeated begins. On the thread.
  void connection_added();

  void start();  ///< call once
  /// Returns when the thread has ended, within one handler, and closes every connection. May be called again.
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
