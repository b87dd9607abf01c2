#include "transport/device_lock.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "transport/file_descriptor.h"

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

std::string lock_holder_of(const std::string& path) {
  // O_PATH refers to the file without its driver: no open, no DTR, no reset.
  const FileDescriptor node(::open(path.c_str(), O_PATH | O_CLOEXEC));
  return node ? lock_holder(node.get()) : std::string();
}

DeviceAccess access_to_device(const std::string& path) {
  DeviceAccess access;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return access;
  access.is_there = true;
  access.is_allowed = ::access(path.c_str(), R_OK | W_OK) == 0;
  const group* owner = (status.st_mode & 0060U) == 0060U ? ::getgrgid(status.st_gid) : nullptr;
  if (owner != nullptr) access.group = owner->gr_name;
  return access;
}

bool udev_is_done(const std::string& path, const UdevPlaces& places) {
  std::error_code error;
  if (!std::filesystem::exists(places.run / "control", error)) return true;
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0 || !S_ISCHR(node.st_mode)) return true;
  const std::string number = std::to_string(major(node.st_rdev)) + ':' + std::to_string(minor(node.st_rdev));
  if (!std::filesystem::exists(places.sys / "dev/char" / number, error)) return true;
  // udev writes this file after it has set the node's group and mode.
  return std::filesystem::exists(places.run / "data" / ('c' + number), error);
}

}  // namespace transport
