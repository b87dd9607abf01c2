#include "agent/open_elsewhere.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace agent {
namespace {

namespace fs = std::filesystem;

pid_t process_of(const fs::path& directory) {
  const std::string name = directory.filename().string();
  pid_t process = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  return error == std::errc() && end == name.data() + name.size() ? process : 0;
}

// Reading the link costs nothing; following it would open a device.
bool has_open(const fs::path& process, const fs::path& file) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(it->path(), gone) == file) return true;
  }
  return false;
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
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const pid_t process = process_of(it->path());
    if (process == 0 || process == except || process == ::getpid()) continue;
    if (has_open(it->path(), file)) out.push_back({name_of(it->path()), process});
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

}  // namespace agent
