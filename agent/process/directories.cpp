#include "agent/process/directories.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace agent::process {
namespace {

std::string cannot_use(const std::string& what, const std::string& dir, const std::string& reason,
                       const std::string& option) {
  return "cannot use the " + what + ' ' + dir + ": " + reason + " (choose another with " + option + ')';
}

}  // namespace

std::optional<std::string> make_directory(const std::string& dir, unsigned mode, const std::string& what,
                                          const std::string& option) {
  const auto cannot = [&](int error) { return cannot_use(what, dir, std::strerror(error), option); };
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(dir).parent_path(), error);
  if (::mkdir(dir.c_str(), mode) != 0 && errno != EEXIST) return cannot(error ? error.value() : errno);
  struct stat status {};
  if (::stat(dir.c_str(), &status) != 0) return cannot(errno);
  if (!S_ISDIR(status.st_mode)) return cannot(ENOTDIR);
  if (::access(dir.c_str(), W_OK | X_OK) != 0) return cannot(errno);
  return std::nullopt;
}

std::optional<std::string> make_own_directory(const std::string& dir, unsigned mode, const std::string& what,
                                              const std::string& option) {
  if (auto fault = make_directory(dir, mode, what, option)) return fault;
  struct stat status {};
  if (::stat(dir.c_str(), &status) != 0) return cannot_use(what, dir, std::strerror(errno), option);
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return cannot_use(what, dir,
                      "it belongs to the user with the number " + std::to_string(status.st_uid) + ", not to " +
                          std::to_string(::geteuid()) + " or root",
                      option);
  }
  if ((status.st_mode & S_IWOTH) != 0) return cannot_use(what, dir, "every user may write to it", option);
  return std::nullopt;
}

}  // namespace agent::process
