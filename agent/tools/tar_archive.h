// A .tar.gz of texts, written without another program: ustar headers, compressed with zlib.
#pragma once

#include <string>
#include <vector>

namespace agent::tools {

struct ArchivedFile {
  std::string name;  ///< of at most 99 bytes, with '/' for folders
  std::string text;
};

/// Writes a new file that only its owner may read; under sudo it belongs to the user who called sudo. 0 or errno: EEXIST
/// if there is such a file, ENAMETOOLONG for a name. After an error there is no new file.
[[nodiscard]] int write_tar_gz(const std::string& path, const std::vector<ArchivedFile>& files, long unix_seconds);

}  // namespace agent::tools
