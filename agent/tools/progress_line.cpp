#include "agent/tools/progress_line.h"

#include <cstdlib>
#include <cstring>
#include <iostream>

#include <unistd.h>

namespace agent::tools {

constexpr const char* kEraseLine = "\r\x1b[K";

ProgressLine::~ProgressLine() {
  if (is_dirty_) std::cerr << kEraseLine << std::flush;
}

void ProgressLine::show(const std::string& what, std::size_t done, std::size_t all) {
  const char* terminal = std::getenv("TERM");
  if (all < 2 || ::isatty(STDERR_FILENO) == 0 || terminal == nullptr || std::strcmp(terminal, "dumb") == 0) return;
  std::cerr << kEraseLine << what << ' ' << done << " of " << all << std::flush;
  is_dirty_ = true;
}

}  // namespace agent::tools
