#include "agent/descriptor_store.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/transport/loop.h"

namespace {

using agent::DescriptorStore;
using transport::FileDescriptor;

/// systemd's end of the notify socket.
struct Listener {
  transport_test::TemporaryDirectory dir;
  FileDescriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  std::string path = dir.path() / "notify";

  Listener() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  struct Message {
    std::string text;
    FileDescriptor fd;
  };
  std::vector<Message> messages() {
    std::vector<Message> all;
    while (true) {
      char text[1024], control[CMSG_SPACE(sizeof(int))];
      iovec piece{text, sizeof text};
      msghdr header{};
      header.msg_iov = &piece;
      header.msg_iovlen = 1;
      header.msg_control = control;
      header.msg_controllen = sizeof control;
      const ssize_t n = ::recvmsg(socket.get(), &header, MSG_CMSG_CLOEXEC);
      if (n < 0) return all;
      Message message{std::string(text, static_cast<std::size_t>(n)), FileDescriptor()};
      const cmsghdr* first = CMSG_FIRSTHDR(&header);
      if (first != nullptr && first->cmsg_type == SCM_RIGHTS) {
        message.fd.reset(*reinterpret_cast<const int*>(CMSG_DATA(first)));
      }
      all.push_back(std::move(message));
    }
  }
};

/// As systemd starts a process: in a child of its own, descriptors from 3 on, and what it makes of them is its status.
int started_with(const std::string& notify, const std::vector<std::string>& names, const std::function<bool(DescriptorStore&)>& works) {
  const pid_t child = ::fork();
  if (child != 0) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  }
  std::string all;
  int fd = 3;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : ":") + name;
    const int file = ::memfd_create(name.c_str(), 0);
    if (file != fd) ::dup2(file, fd);
    (void)!::write(fd, name.data(), name.size());
    ++fd;
  }
  if (!notify.empty()) ::setenv("NOTIFY_SOCKET", notify.c_str(), 1);
  else ::unsetenv("NOTIFY_SOCKET");
  if (!names.empty()) {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(names.size()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", all.c_str(), 1);
  }
  DescriptorStore store = DescriptorStore::from_environment();
  ::_exit(works(store) ? 0 : 1);
}

std::string content(const FileDescriptor& fd) {
  char text[100];
  const ssize_t n = fd ? ::pread(fd.get(), text, sizeof text, 0) : 0;
  return {text, static_cast<std::size_t>(n)};
}

TEST_CASE("without a service manager there is no store, and nothing happens") {
  CHECK(started_with("", {}, [](DescriptorStore& store) {
    store.keep("mk3", "tty", 0);
    store.drop("mk3", "tty");
    return !store.is_there() && !store.take("mk3", "tty") && store.left_over().empty();
  }) == 0);
}

TEST_CASE("a descriptor is kept under its printer's and its part's name, unwatched, in place of an older one") {
  Listener systemd;
  REQUIRE(started_with(systemd.path, {}, [](DescriptorStore& store) {
    const FileDescriptor file(::memfd_create("kept", MFD_CLOEXEC));
    (void)!::write(file.get(), "kept", 4);
    store.keep("my-printer", "tty", file.get());
    return store.is_there();
  }) == 0);
  const auto messages = systemd.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].text == "FDSTOREREMOVE=1\nFDNAME=marlin-my-printer-tty");
  CHECK(messages[1].text == "FDSTORE=1\nFDPOLL=0\nFDNAME=marlin-my-printer-tty");
  CHECK(content(messages[1].fd) == "kept");
}

TEST_CASE("what a predecessor left is found by name, in whatever order it comes") {
  Listener systemd;
  CHECK(started_with(systemd.path, {"marlin-b-tty", "marlin-my-printer-pty", "marlin-my-printer-tty"}, [](DescriptorStore& store) {
    return content(store.take("my-printer", "tty")) == "marlin-my-printer-tty" &&
           content(store.take("my-printer", "pty")) == "marlin-my-printer-pty" && !store.take("my-printer", "memory") &&
           store.left_over() == std::vector<std::string>{"b"};
  }) == 0);
  CHECK(systemd.messages().empty());
}

TEST_CASE("what was not taken is kept no more, printer by printer") {
  Listener systemd;
  CHECK(started_with(systemd.path, {"marlin-a-tty", "marlin-b-pty", "marlin-b-tty", "other"}, [](DescriptorStore& store) {
    if (store.left_over() != std::vector<std::string>{"a", "b"}) return false;
    store.drop_left_over("b");
    return store.left_over() == std::vector<std::string>{"a"} && ::fcntl(6, F_GETFD) >= 0;  // what is not ours stays
  }) == 0);
  const auto messages = systemd.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].text == "FDSTOREREMOVE=1\nFDNAME=marlin-b-pty");
  CHECK(messages[1].text == "FDSTOREREMOVE=1\nFDNAME=marlin-b-tty");
}

}  // namespace
