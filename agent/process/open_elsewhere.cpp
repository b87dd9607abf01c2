#include "agent/process/open_elsewhere.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace agent::process {
namespace {

namespace fs = std::filesystem;

pid_t process_of(const fs::path& directory) {
  const std::string name = directory.filename().string();
  pid_t process = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  return error == std::errc() && end == name.data() + name.size() ? process : 0;
}

/// The file to search for.
struct Wanted {
  std::string path;
  std::string terminal;  ///< its number, if it is a pseudo-terminal
  dev_t device = 0;      ///< its number, if it is another device: a container may have it under another name
};

Wanted wanted(const fs::path& file) {
  Wanted out{file.string(), {}, 0};
  struct stat node {};
  if (file.parent_path() == "/dev/pts") out.terminal = file.filename().string();
  else if (::lstat(file.c_str(), &node) == 0 && S_ISCHR(node.st_mode)) out.device = node.st_rdev;
  return out;
}

bool is_device(const fs::path& fd, dev_t device) {
  struct stat node {};
  return ::stat(fd.c_str(), &node) == 0 && S_ISCHR(node.st_mode) && node.st_rdev == device;  // opens nothing
}

/// Whether `fd`, which is a multiplexer, is the other end of that pseudo-terminal.
bool is_other_end(const fs::path& process, const fs::path& fd, const std::string& terminal) {
  std::ifstream info(process / "fdinfo" / fd.filename());
  const std::string key = "tty-index:";
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with(key)) continue;
    const auto begin = line.find_first_not_of(" \t", key.size());
    return begin != std::string::npos && line.substr(begin) == terminal;
  }
  return false;
}

// Reading the link costs nothing; following it would open a device.
bool has_open(const fs::path& process, const Wanted& file) {
  bool has = false;
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(it->path(), gone).string();
    if (target == file.path) has = true;
    else if (!target.starts_with("/dev/")) continue;
    else if (file.device != 0) has = has || is_device(it->path(), file.device);
    else if (!file.terminal.empty() && target.ends_with("ptmx") && is_other_end(process, it->path(), file.terminal))
      return false;
  }
  return has;
}

std::string name_of(const fs::path& process) {
  std::ifstream file(process / "comm");
  std::string name;
  std::getline(file, name);
  return name.empty() ? "a program" : name;
}

}  // namespace

std::vector<Program> programs_with_open(const std::string& path, pid_t except) {
  std::vector<Program> out;
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error) return out;
  const Wanted sought = wanted(file);
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const pid_t process = process_of(it->path());
    if (process == 0 || process == except || process == ::getpid()) continue;
    if (has_open(it->path(), sought)) out.push_back({name_of(it->path()), process});
  }
  std::sort(out.begin(), out.end(), [](const Program& a, const Program& b) { return a.process < b.process; });
  return out;
}

std::string program_names(const std::vector<Program>& programs) {
  std::string out;
  for (const Program& program : programs) {
    out += (out.empty() ? "" : ", ") + program.name + " (process " + std::to_string(program.process) + ')';
  }
  return out;
}

}  // namespace agent::process
