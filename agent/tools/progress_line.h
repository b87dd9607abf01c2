// Progress of a long operation on standard error: one line that is overwritten. Silent if it is not a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace agent::tools {

class ProgressLine {
 public:
  /// Active if standard error is a terminal that can overwrite a line.
  ProgressLine();
  explicit ProgressLine(bool is_shown) : is_shown_(is_shown) {}
  ~ProgressLine();  ///< clear()
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& what, std::size_t done, std::size_t all);
  void clear();

 private:
  bool is_shown_;
  bool is_dirty_ = false;
};

}  // namespace agent::tools
