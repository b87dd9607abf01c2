#include "agent/service_manager.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <map>

#include "transport/file_descriptor.h"

namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

/// In a process of its own, for the environment is the process's: whether `holds` did. "PID" becomes the
/// process's number.
bool with_environment(const Variables& variables, const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const char* name :
         {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
      ::unsetenv(name);
    for (const auto& [name, value] : variables)
      ::setenv(name.c_str(), value == "PID" ? std::to_string(::getpid()).c_str() : value.c_str(), 1);
    ::_exit(holds() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void put_descriptors(int count) {
  for (int i = 0; i < count; ++i) {
    const int fd = ::memfd_create("passed", 0);
    if (fd != 3 + i) ::dup2(fd, 3 + i);
  }
}

std::vector<std::string> names_passed() {
  put_descriptors(2);
  std::vector<std::string> names;
  for (const auto& passed : agent::passed_descriptors())
    names.push_back(passed.name + std::to_string(passed.fd));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a socket without a place in the file system hears as well") {
  const std::string name = "marlin-notify-" + std::to_string(::getpid());
  const transport::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  CHECK(with_environment({{"NOTIFY_SOCKET", "@" + name}},
                         [] { return agent::notify_service_manager("READY=1\nSTATUS=idle"); }));
  char text[64];
  const ssize_t length = ::recv(socket.get(), text, sizeof text, 0);
  REQUIRE(length > 0);
  CHECK(std::string(text, static_cast<std::size_t>(length)) == "READY=1\nSTATUS=idle");
}

TEST_CASE("without a socket, or with one that is no socket, nothing is sent") {
  for (const auto& path : {std::string(), std::string("/"), std::string("relative"),
                           "/tmp/none-" + std::to_string(::getpid()), std::string(500, '/')}) {
    INFO(path);
    CHECK(with_environment({{"NOTIFY_SOCKET", path}},
                           [] { return !agent::notify_service_manager("READY=1"); }));
  }
  CHECK(with_environment({}, [] { return !agent::notify_service_manager("READY=1"); }));
}

TEST_CASE("the watchdog's time is for the process that it names, or for whoever reads it") {
  CHECK(with_environment({{"WATCHDOG_USEC", "15000000"}}, [] { return agent::watchdog_time() == 15s; }));
  CHECK(with_environment({{"WATCHDOG_USEC", "15000000"}, {"WATCHDOG_PID", "PID"}},
                         [] { return agent::watchdog_time() == 15s; }));
  CHECK(with_environment({{"WATCHDOG_USEC", "15000000"}, {"WATCHDOG_PID", "1"}},
                         [] { return agent::watchdog_time() == 0s; }));
  for (const auto* text : {"", "soon", "15 s", "-1"}) {
    INFO(text);
    CHECK(with_environment({{"WATCHDOG_USEC", text}}, [] { return agent::watchdog_time() == 0s; }));
  }
}

TEST_CASE("descriptors have their names, or none, and are closed at exec") {
  CHECK(with_environment({{"LISTEN_PID", "PID"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a:b-c"}}, [] {
    return names_passed() == Names{"a3", "b-c4"} && (::fcntl(4, F_GETFD) & FD_CLOEXEC) != 0;
  }));
  CHECK(with_environment({{"LISTEN_PID", "PID"}, {"LISTEN_FDS", "2"}}, [] {
    return names_passed() == Names{"unknown3", "unknown4"};
  }));
  CHECK(with_environment({{"LISTEN_PID", "PID"}, {"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", ""}},
                         [] { return names_passed() == Names{"3"}; }));
}

TEST_CASE("what was passed to another process, or contradicts itself, is nothing") {
  const Variables right{{"LISTEN_PID", "PID"}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a:b"}};
  for (const auto& [name, value] :
       Variables{{"LISTEN_PID", "1"}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "a"}}) {
    Variables wrong = right;
    wrong[name] = value;
    INFO(name);
    CHECK(with_environment(wrong, [] { return names_passed().empty(); }));
  }
  CHECK(with_environment({{"LISTEN_PID", "PID"}, {"LISTEN_FDS", "9000"}},
                         [] { return names_passed().empty(); }));  // not open
}
