#include "agent/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "transport/file_descriptor.h"

namespace agent {
namespace {

constexpr int kFirstPassed = 3;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::optional<std::uint64_t> number_in(const char* name) {
  const std::string_view text = variable(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// A path, or after '@' a name outside of the file system.
std::optional<sockaddr_un> notify_address(socklen_t& size) {
  const std::string_view path = variable("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
    return std::nullopt;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  else
    ++size;  // the NUL belongs to a path
  return address;
}

/// Room for one descriptor in a message, as the kernel wants it.
union OneDescriptor {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

void attach(msghdr& message, OneDescriptor& room, int fd) {
  std::memset(&room, 0, sizeof room);
  message.msg_control = room.bytes;
  message.msg_controllen = sizeof room.bytes;
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(part), &fd, sizeof fd);
}

std::vector<std::string> names_passed() {
  std::vector<std::string> names;
  std::string_view rest = variable("LISTEN_FDNAMES");
  if (std::getenv("LISTEN_FDNAMES") == nullptr) return names;
  for (;;) {
    const auto colon = rest.find(':');
    names.emplace_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) return names;
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace

bool notify_service_manager(const std::string& state, int fd) {
  socklen_t size = 0;
  auto address = notify_address(size);
  const transport::FileDescriptor socket(address ? ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1);
  if (!socket) return false;
  iovec text{const_cast<char*>(state.data()), state.size()};
  msghdr message{};
  message.msg_name = &*address;
  message.msg_namelen = size;
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  OneDescriptor room;
  if (fd >= 0) attach(message, room, fd);
  return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL) >= 0;
}

gcode::Time watchdog_time() {
  if (!variable("WATCHDOG_PID").empty() &&
      number_in("WATCHDOG_PID") != static_cast<std::uint64_t>(::getpid()))
    return {};
  const auto microseconds = number_in("WATCHDOG_USEC").value_or(0);
  // A year: more is no time but a mistake, and would not fit.
  constexpr std::uint64_t kLongest = std::uint64_t{365} * 24 * 3600 * 1'000'000;
  return std::chrono::microseconds(std::min(microseconds, kLongest));
}

std::vector<PassedDescriptor> passed_descriptors() {
  if (number_in("LISTEN_PID") != static_cast<std::uint64_t>(::getpid())) return {};
  const std::uint64_t count = number_in("LISTEN_FDS").value_or(0);
  const std::vector<std::string> names = names_passed();
  // 64k: far above what a process may have open.
  if (count > 65536 || (!names.empty() && names.size() != count)) return {};
  std::vector<PassedDescriptor> passed;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const int fd = kFirstPassed + i;
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags < 0) return {};
    (void)::fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    passed.push_back({names.empty() ? "unknown" : names[static_cast<std::size_t>(i)], fd});
  }
  return passed;
}

}  // namespace agent
