#include "transport/device_user.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "transport/device_lock.h"
#include "transport/file_descriptor.h"

namespace transport {
namespace {

namespace fs = std::filesystem;

bool has_open(const fs::path& process, const struct stat& device) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    struct stat status {};
    if (::stat(it->path().c_str(), &status) != 0 || !S_ISCHR(status.st_mode)) continue;
    if (status.st_rdev == device.st_rdev && status.st_ino == device.st_ino && status.st_dev == device.st_dev) return true;
  }
  return false;
}

std::string opener_of(const struct stat& device) {
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    long pid = 0;
    const auto [last, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc() || last != name.data() + name.size() || pid == ::getpid()) continue;
    if (has_open(it->path(), device)) return name_of_process(pid);
  }
  return {};
}

}  // namespace

std::string user_of_device(const std::string& path) {
  // O_PATH names the file without asking its driver: no open, no DTR, no reset.
  const FileDescriptor node(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status {};
  if (!node || ::fstat(node.get(), &status) != 0) return {};
  std::string holder = lock_holder(node.get());
  return holder.empty() ? opener_of(status) : holder;
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

}  // namespace transport
