#include "agent/link/release_mark.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/text/text_scan.h"
#include "transport/file_descriptor.h"

namespace agent::link {
namespace {

constexpr std::size_t kMostBytes = 100;

std::string path_of(const std::string& directory, const std::string& printer) {
  return directory + "/." + printer + ".released";  // no host port begins with a dot
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id.empty() ? "unknown" : id;
}

}  // namespace

std::optional<ReleaseMark> read_release_mark(const std::string& directory, const std::string& printer) {
  // Neither a link is followed nor a pipe waited for: other programs may write to the directory.
  const transport::FileDescriptor fd(
      ::open(path_of(directory, printer).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  char bytes[kMostBytes];
  const ssize_t size = fd ? ::read(fd.get(), bytes, sizeof bytes) : 0;
  std::istringstream file(std::string(bytes, size > 0 ? static_cast<std::size_t>(size) : 0));
  std::string boot, until;
  if (!(file >> boot >> until) || boot != boot_id()) return std::nullopt;
  if (until == "-") return ReleaseMark{};
  const auto us = text::parse_number<std::int64_t>(until);
  return us ? std::optional(ReleaseMark{gcode::line::Time(*us)}) : std::nullopt;
}

bool write_release_mark(const std::string& directory, const std::string& printer, const ReleaseMark& mark) {
  const std::string path = path_of(directory, printer);
  const std::string text = boot_id() + ' ' + (mark.until ? std::to_string(mark.until->count()) : "-") + '\n';
  // A new file that replaces the old name: a link in its place is replaced, not followed.
  std::string unfinished = path + ".XXXXXX";
  const transport::FileDescriptor fd(::mkostemp(unfinished.data(), O_CLOEXEC));
  if (!fd) return false;
  const bool written = ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written && ::fchmod(fd.get(), 0644) == 0 && std::rename(unfinished.c_str(), path.c_str()) == 0) return true;
  ::unlink(unfinished.c_str());
  return false;
}

void remove_release_mark(const std::string& directory, const std::string& printer) {
  ::unlink(path_of(directory, printer).c_str());
}

}  // namespace agent::link
