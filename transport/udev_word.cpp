#include "transport/udev_word.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace transport {

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
