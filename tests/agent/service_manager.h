// systemd's part for a test of the descriptor store: its end of the notify socket, and a process that is
// started with descriptors.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/descriptor_store.h"
#include "tests/scratch_dir.h"

namespace agent_test {

using agent::DescriptorStore;
using transport::FileDescriptor;

/// systemd's end of the notify socket.
struct Listener {
  test::ScratchDir dir;
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

/// As systemd starts a process: in a child of its own, descriptors from 3 on, and what it makes of them is
/// its status.
inline int started_with(const std::string& notify, const std::vector<std::string>& names,
                        const std::function<bool(DescriptorStore&)>& works) {
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

/// What stands in the file, at most 1,000 bytes.
inline std::string content(const FileDescriptor& fd) {
  char text[1000];
  const ssize_t n = fd ? ::pread(fd.get(), text, sizeof text, 0) : 0;
  return {text, static_cast<std::size_t>(n)};
}

}  // namespace agent_test
