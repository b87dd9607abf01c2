#include "agent/tools/progress_line.h"

#include <cstdlib>
#include <cstring>
#include <iostream>

#include <unistd.h>

namespace agent::tools {
namespace {

constexpr const char* kEraseLine = "\r\x1b[K";

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

}  // namespace

ProgressLine::ProgressLine() : ProgressLine(is_terminal()) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const std::string& what, std::size_t done, std::size_t all) {
  if (!is_shown_ || all < 2) return;
  std::cerr << kEraseLine << what << ' ' << done << " of " << all << std::flush;
  is_dirty_ = true;
}

void ProgressLine::clear() {
  if (is_dirty_) std::cerr << kEraseLine << std::flush;
  is_dirty_ = false;
}

}  // namespace agent::tools
