#include "agent/net/server_thread.h"

#include <catch2/catch.hpp>

#include <pthread.h>
#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <new>
#include <string>

using namespace std::chrono_literals;
using agent::net::ServerThread;
using agent::net::WebClock;
using agent::net::WebConnections;

namespace {

constexpr auto kDeadline = 10s;  // exceeding it means failure

struct FakeConnection final : agent::net::WebConnection {
  WebClock::time_point limit{WebClock::time_point::max()};
  std::promise<void> expired;
  bool closed = false;

  bool is_waiting_for_request() const override { return true; }
  WebClock::time_point last_step() const override { return {}; }
  WebClock::time_point deadline() const override { return limit; }
  void expire() override {
    limit = WebClock::time_point::max();
    expired.set_value();
  }
  void close() override { closed = true; }
  std::size_t waiting_bytes() const override { return 0; }
};

/// A server thread with pending work, as a server has with its listener.
struct Server : ServerThread {
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep{io().get_executor()};
  using ServerThread::ServerThread;

  /// Runs `work` on the thread and waits for it.
  void on_thread(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(io(), [&] {
      work();
      done.set_value();
    });
    REQUIRE(done.get_future().wait_for(kDeadline) == std::future_status::ready);
  }
};

/// Work that is counted, and can be awaited.
struct Counted {
  std::mutex mutex;
  std::condition_variable changed;
  int times = 0;

  void operator()() {
    const std::lock_guard lock(mutex);
    ++times;
    changed.notify_all();
  }
  /// Waits until it has run one more time.
  [[nodiscard]] bool comes_again() {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kDeadline, [this, now = times] { return times > now; });
  }
};

}  // namespace

TEST_CASE("the repeated work runs while there are connections, and resumes with the next one") {
  WebConnections connections(8, 1000);
  Counted work;
  FakeConnection connection;
  Server server("test", connections, 1ms);
  server.repeat(1ms, [&] { work(); });
  server.start();
  for (int round = 0; round < 2; ++round) {
    server.on_thread([&] {
      connections.add(connection);
      server.connection_added();
    });
    CHECK(work.comes_again());
    CHECK(work.comes_again());
    server.on_thread([&] { connections.remove(connection); });
  }
}

TEST_CASE("a thread without connections does nothing by itself") {
  WebConnections connections(8, 1000);
  ServerThread server("test", connections, 1ms);
  server.repeat(1ms, [] {});
  server.connection_added();
  CHECK(server.io().poll() == 0);
  CHECK(server.io().stopped());  // nothing is pending
}

TEST_CASE("a connection is notified when its deadline has passed") {
  WebConnections connections(8, 1000);
  FakeConnection connection;
  connection.limit = WebClock::now();
  Server server("test", connections, 1ms);
  server.start();
  server.on_thread([&] {
    connections.add(connection);
    server.connection_added();
  });
  CHECK(connection.expired.get_future().wait_for(kDeadline) == std::future_status::ready);
}

TEST_CASE("a handler that throws stops neither the thread nor the repeated work") {
  WebConnections connections(8, 1000);
  FakeConnection connection, next;
  Counted work;
  Server server("test", connections, 1h);
  server.repeat(1ms, [&] {
    work();
    throw std::bad_alloc();
  });
  boost::asio::post(server.io(), [] { throw std::bad_alloc(); });
  server.start();
  server.on_thread([&] {
    connections.add(connection);
    server.connection_added();
  });
  CHECK(work.comes_again());
  CHECK(work.comes_again());
  server.on_thread([&] {
    connections.add(next);
    server.connection_added();
  });
  CHECK(work.comes_again());
}

TEST_CASE("the thread has its name and gets no signal, and stopping, also twice, closes every connection") {
  WebConnections connections(8, 1000);
  FakeConnection connection;
  Server server("test-name", connections, 1h);
  server.start();
  sigset_t blocked;
  std::string name(16, '\0');
  server.on_thread([&] {
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    pthread_getname_np(pthread_self(), name.data(), name.size());
    connections.add(connection);
  });
  CHECK(std::string(name.c_str()) == "test-name");
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGCHLD}) CHECK(sigismember(&blocked, signal) == 1);
  sigset_t here;
  pthread_sigmask(SIG_SETMASK, nullptr, &here);
  CHECK(sigismember(&here, SIGTERM) == 0);
  server.stop();
  CHECK(connection.closed);
  server.stop();
}

TEST_CASE("a server thread that was never started can be stopped") {
  WebConnections connections(8, 1000);
  ServerThread server("test", connections, 1h);
  server.stop();
}
