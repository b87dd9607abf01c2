#include "transport/device_user.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/device_lock.h"
#include "transport/file_descriptor.h"

namespace transport {

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

}  // namespace transport
