#include "transport/host_link.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace transport {
namespace {

/// File systems allow 255; the rest is for the temporary name.
constexpr std::size_t kLongestName = 200;

bool is_in_the_way(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISLNK(status.st_mode);
}

Failure cannot_create(const std::filesystem::path& path, int error) {
  return {error, "cannot create the host port " + path.string() + ": " + std::strerror(error)};
}

MaybeFailure replace_link(const std::filesystem::path& path, const std::string& target) {
  // A name that is unique to this process: if two agents use one directory by mistake, their temporary links do not
  // collide.
  const std::string hidden = "." + path.filename().string() + "." + std::to_string(::getpid());
  const std::filesystem::path half_made = path.parent_path() / hidden;
  ::unlink(half_made.c_str());
  if (::symlink(target.c_str(), half_made.c_str()) != 0) return cannot_create(path, errno);
  if (::rename(half_made.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(half_made.c_str());
    return cannot_create(path, error);
  }
  return {};
}

}  // namespace

MaybeFailure check_link_name(std::string_view name) {
  const std::string quoted = "the name \"" + std::string(name) + "\" is not valid for a host port: ";
  if (name.empty()) return Failure{0, quoted + "it is empty"};
  if (name.size() > kLongestName) return Failure{0, quoted + "it is longer than 200 characters"};
  if (name.front() == '.') return Failure{0, quoted + "it begins with a dot"};
  if (name.find('/') != std::string_view::npos) return Failure{0, quoted + "it contains a '/'"};
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(name.begin(), name.end(), is_control)) return Failure{0, quoted + "it contains a control character"};
  return {};
}

MaybeFailure HostLink::create(const std::filesystem::path& directory, std::string_view name,
                              const std::string& target) {
  if (auto failure = check_link_name(name)) return failure;
  const std::filesystem::path path = directory / name;
  if (is_in_the_way(path))
    return Failure{EEXIST, "cannot create the host port " + path.string() + ": it exists and is not a link"};
  // After a restart the link is there already; a full disk must not end the print then.
  std::error_code none;
  if (std::filesystem::read_symlink(path, none) != target) {
    if (auto failure = replace_link(path, target)) return failure;
  }
  path_ = path;
  target_ = target;
  return {};
}

void HostLink::remove() {
  if (path_.empty()) return;
  std::error_code error;
  const auto target = std::filesystem::read_symlink(path_, error);
  if (!error && target == target_) ::unlink(path_.c_str());
  path_.clear();
}

}  // namespace transport
