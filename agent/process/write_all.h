// Writing to a file, where write() may take less than it is given.
#pragma once

#include <string_view>

namespace agent::process {

/// Writes `text` and removes from it what was written. 0, or errno of the failed write.
[[nodiscard]] int write_all(int fd, std::string_view& text);

}  // namespace agent::process
