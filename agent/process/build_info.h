// Which build this is: for --version, for the landing page and for
//   marlin_agent_build_info{version="0.1.0",revision="abc1234",compiler="gcc-12.2.0"} 1
#pragma once

#include <string>

namespace agent::process {

struct BuildInfo {
  std::string version;   ///< the project's version in CMake
  std::string revision;  ///< short commit hash, or "unknown" outside a work tree
  std::string compiler;  ///< "gcc-12.2.0", "clang-14.0.6"
};

[[nodiscard]] BuildInfo build_info();

}  // namespace agent::process
