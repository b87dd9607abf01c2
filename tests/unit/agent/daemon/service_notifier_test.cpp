#include "agent/daemon/service_notifier.h"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstddef>
#include <cstdlib>
#include <vector>

#include "tests/scratch_dir.h"
#include "transport/file_descriptor.h"

namespace {

using namespace std::chrono_literals;

struct Heard {
  std::vector<std::string> states;
  bool is_full = false;
  agent::daemon::ServiceNotifier::Send send() {
    return [this](const std::string& state) {
      if (is_full) return false;
      states.push_back(state);
      return true;
    };
  }
};

using States = std::vector<std::string>;

std::function<std::string()> says(std::string text) {
  return [text = std::move(text)] { return text; };
}

TEST_CASE("a thread with a tick interval of one second notifies the watchdog three times per period") {
  Heard heard;
  agent::daemon::ServiceNotifier notifier(heard.send(), 15s);
  for (gcode::line::Time now = 0s; now < 60s; now += 1s) notifier.tick(now, says(""));
  CHECK(heard.states == States(12, "WATCHDOG=1"));
}

TEST_CASE("without a watchdog no watchdog notification is sent") {
  Heard heard;
  agent::daemon::ServiceNotifier notifier(heard.send(), 0s);
  notifier.tick(0s, says("idle"));
  CHECK(heard.states == States{"STATUS=idle"});
}

TEST_CASE("the status line is sent when it changed, and at most every 3 s") {
  Heard heard;
  agent::daemon::ServiceNotifier notifier(heard.send(), 0s);
  int asked = 0;
  for (gcode::line::Time now = 0s; now < 12s; now += 1s) {
    notifier.tick(now, [&] { return ++asked < 3 ? "idle" : "printing"; });
  }
  CHECK(asked == 4);
  CHECK(heard.states == States{"STATUS=idle", "STATUS=printing"});
}

TEST_CASE("what found the queue full is sent again at the next call") {
  Heard heard;
  agent::daemon::ServiceNotifier notifier(heard.send(), 15s);
  heard.is_full = true;
  notifier.tick(0s, says("idle"));
  CHECK(heard.states.empty());
  heard.is_full = false;
  notifier.tick(1s, says("idle"));
  notifier.tick(3s, says("idle"));
  CHECK(heard.states == States{"WATCHDOG=1", "STATUS=idle"});
}

TEST_CASE("a readiness that found the queue full is sent at the next call, as systemd waits for it") {
  Heard heard;
  agent::daemon::ServiceNotifier notifier(heard.send(), 0s);
  heard.is_full = true;
  notifier.ready();
  heard.is_full = false;
  notifier.tick(0s, says("idle"));
  notifier.tick(1s, says("idle"));
  CHECK(heard.states == States{"READY=1", "STATUS=idle"});
}

TEST_CASE("a line break in a sentence begins no assignment of its own") {
  Heard heard;
  agent::daemon::ServiceNotifier notifier(heard.send(), 0s);
  notifier.failed("wrong\nREADY=1");
  notifier.tick(0s, says("a\nMAINPID=1"));
  CHECK(heard.states == States{"STATUS=wrong READY=1", "STATUS=a MAINPID=1"});
}

TEST_CASE("the status line is not built when there is no service manager") {
  agent::daemon::ServiceNotifier notifier({}, 15s);
  notifier.ready();
  notifier.tick(0s, []() -> std::string {
    FAIL("the status line was built");
    return {};
  });
  CHECK_FALSE(notifier.is_heard());
}

// The socket that systemd would listen on, and its name in the environment.
class NotifySocket {
 public:
  explicit NotifySocket(std::string name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~NotifySocket() { ::unsetenv("NOTIFY_SOCKET"); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  States read() {
    States states;
    char text[64];
    for (;;) {
      const ssize_t length = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
      if (length < 0) return states;
      states.emplace_back(text, static_cast<std::size_t>(length));
    }
  }

 private:
  transport::FileDescriptor socket_;
};

TEST_CASE("the socket named in the environment gets the notifications") {
  const test::ScratchDir directory;
  const std::string name = GENERATE("", "@marlin-agent-test-");
  {
    NotifySocket socket(name.empty() ? (directory.path() / "socket").string() : name + std::to_string(::getpid()));
    auto notifier = agent::daemon::ServiceNotifier::from_environment();
    notifier.ready();
    notifier.tick(0s, says("idle"));
    CHECK(socket.read() == States{"READY=1", "STATUS=idle"});
  }
  CHECK_FALSE(agent::daemon::ServiceNotifier::from_environment().is_heard());
}

TEST_CASE("a service manager that reads no more is never waited for") {
  const test::ScratchDir directory;
  NotifySocket socket(directory.path() / "socket");
  auto notifier = agent::daemon::ServiceNotifier::from_environment();
  // net.unix.max_dgram_qlen is 10 in the kernel, and 512 where systemd has set it.
  ::alarm(60);  // ends the test if it waits
  for (int i = 0; i < 100'000; ++i) notifier.tick(i * 10s, says(std::to_string(i)));
  notifier.reloading();
  notifier.ready();
  notifier.failed("wrong");
  notifier.stopping();
  ::alarm(0);
  const auto sent = socket.read().size();
  CHECK((sent > 0 && sent < 100'000));
  notifier.tick(1'000'000s, says("idle"));
  CHECK(socket.read() == States{"READY=1", "STATUS=idle"});
}

}  // namespace
