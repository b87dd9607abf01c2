#include "agent/daemon/service_notifier.h"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstdlib>
#include <vector>

#include "tests/scratch_dir.h"
#include "transport/file_descriptor.h"

namespace {

using namespace std::chrono_literals;

struct Heard {
  std::vector<std::string> states;
  agent::daemon::ServiceNotifier::Send send() {
    return [this](const std::string& state) { states.push_back(state); };
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

TEST_CASE("the socket named in the environment gets the notifications") {
  const test::ScratchDir directory;
  const std::string path = directory.path() / "socket";
  const transport::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  auto notifier = agent::daemon::ServiceNotifier::from_environment();
  notifier.ready();
  char text[64];
  const ssize_t length = ::recv(socket.get(), text, sizeof text, MSG_DONTWAIT);
  ::unsetenv("NOTIFY_SOCKET");
  REQUIRE(length > 0);
  CHECK(std::string(text, static_cast<std::size_t>(length)) == "READY=1");
  CHECK_FALSE(agent::daemon::ServiceNotifier::from_environment().is_heard());
}

}  // namespace
