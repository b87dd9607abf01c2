// Progress of a long operation on standard error: one line that is overwritten. Silent if it is not a terminal that can
// overwrite a line.
#pragma once

#include <cstddef>
#include <string>

namespace agent::tools {

class ProgressLine {
 public:
  ~ProgressLine();  ///< erases the line
  void show(const std::string& what, std::size_t done, std::size_t all);

 private:
  bool is_dirty_ = false;
};

}  // namespace agent::tools
