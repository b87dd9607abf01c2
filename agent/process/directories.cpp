#include "agent/process/directories.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace agent::process {

std::optional<std::string> make_directory(const std::string& dir, unsigned mode, const std::string& what,
                                          const std::string& option) {
  const auto cannot = [&](int error) {
    return "cannot use the " + what + ' ' + dir + ": " + std::strerror(error) + " (choose another with " + option + ')';
  };
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(dir).parent_path(), error);
  if (::mkdir(dir.c_str(), mode) != 0 && errno != EEXIST) return cannot(error ? error.value() : errno);
  struct stat status {};
  if (::stat(dir.c_str(), &status) != 0) return cannot(errno);
  if (!S_ISDIR(status.st_mode)) return cannot(ENOTDIR);
  if (::access(dir.c_str(), W_OK | X_OK) != 0) return cannot(errno);
  return std::nullopt;
}

}  // namespace agent::process
