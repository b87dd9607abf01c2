#include "agent/cli/other_program.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace agent::cli {

std::optional<std::string_view> other_program(std::string_view word) {
  if (word == "export" || word == "metrics" || word == "report") return "marlin-agent-tools";
  if (word == "demo") return "marlin-agent-demo";
  return std::nullopt;
}

std::vector<std::string> program_places(std::string_view program, const std::string& self) {
  constexpr const char* kLibexec = "libexec/marlin-agent";
  const std::filesystem::path folder = std::filesystem::path(self).parent_path();
  return {folder / program, folder.parent_path() / kLibexec / program,
          std::filesystem::path("/usr") / kLibexec / program};
}

int become(std::string_view program, char** argv, std::ostream& err) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  for (const std::string& place : program_places(program, self)) {
    ::execv(place.c_str(), argv);
    if (errno == ENOENT || errno == ENOTDIR) continue;
    err << "marlin-agent: cannot start " << place << ": " << std::strerror(errno) << '\n';
    return 1;
  }
  err << "marlin-agent: " << program << ", which provides this command, is missing: is the package complete?\n";
  return 1;
}

}  // namespace agent::cli
