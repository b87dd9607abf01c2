#include "transport/device_lock.h"

#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace transport {
namespace {

std::string name_of_process(long pid) {
  std::ifstream comm("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(comm, name);
  return (name.empty() ? std::string("a program") : name) + " (process " + std::to_string(pid) + ")";
}

}  // namespace

std::string lock_holder(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return {};
  std::ifstream locks("/proc/locks");
  // 1: FLOCK  ADVISORY  WRITE 812 00:17:3 0 EOF
  for (std::string line; std::getline(locks, line);) {
    long pid = 0;
    unsigned major_number = 0, minor_number = 0;
    unsigned long inode = 0;
    if (std::sscanf(line.c_str(), "%*d: FLOCK %*s %*s %ld %x:%x:%lu", &pid, &major_number, &minor_number, &inode) != 4)
      continue;
    if (inode != status.st_ino || makedev(major_number, minor_number) != status.st_dev) continue;
    return name_of_process(pid);
  }
  return {};
}

MaybeFailure lock_device(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Failure{errno, "cannot lock " + path + ": " + std::strerror(errno)};
    const std::string holder = lock_holder(fd);
    return Failure{EBUSY, path + " is in use: " + (holder.empty() ? "another program" : holder) + " holds it"};
  }
  if (::ioctl(fd, TIOCEXCL) != 0 && errno != ENOTTY && errno != EINVAL) {
    return Failure{errno, "cannot get exclusive use of " + path + ": " + std::strerror(errno)};
  }
  return {};
}

void unlock_device(int fd) {
  ::ioctl(fd, TIOCNXCL);
  ::flock(fd, LOCK_UN);
}

}  // namespace transport
