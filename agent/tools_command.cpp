#include "agent/tools_command.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace agent {
namespace {

constexpr const char* kName = "marlin-agent-tools";
constexpr const char* kLibexec = "libexec/marlin-agent";

}  // namespace

bool is_tools_command(std::string_view word) { return word == "export" || word == "metrics"; }

std::vector<std::string> tools_places(const std::string& self) {
  const std::filesystem::path folder = std::filesystem::path(self).parent_path();
  return {folder / kName, folder.parent_path() / kLibexec / kName, std::filesystem::path("/usr") / kLibexec / kName};
}

int become_tools(char** argv, std::ostream& err) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  for (const std::string& place : tools_places(self)) {
    ::execv(place.c_str(), argv);
    if (errno == ENOENT || errno == ENOTDIR) continue;
    err << "marlin-agent: cannot start " << place << ": " << std::strerror(errno) << '\n';
    return 1;
  }
  err << "marlin-agent: " << kName << ", which does this, is missing: is the package whole?\n";
  return 1;
}

}  // namespace agent
