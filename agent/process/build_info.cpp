#include "agent/process/build_info.h"

#ifndef MARLIN_VERSION
#define MARLIN_VERSION "unknown"
#endif
#ifndef MARLIN_REVISION
#define MARLIN_REVISION "unknown"
#endif

namespace agent::process {

BuildInfo build_info() {
#ifdef __clang__
  constexpr const char* kCompiler = "clang-";
  const int parts[] = {__clang_major__, __clang_minor__, __clang_patchlevel__};
#else
  constexpr const char* kCompiler = "gcc-";
  const int parts[] = {__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__};
#endif
  return {MARLIN_VERSION, MARLIN_REVISION,
          kCompiler + std::to_string(parts[0]) + "." + std::to_string(parts[1]) + "." + std::to_string(parts[2])};
}

}  // namespace agent::process
