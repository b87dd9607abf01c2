// The name under which hosts find a pseudo-terminal: a symbolic link DIR/NAME, made and replaced in one step. Example:
// /run/marlin-agent/mk3 -> /dev/pts/7, or -> pts/0. Independent of its target.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "transport/failure.h"

namespace transport {

/// Empty if `name` can be a link's name: 1 to 200 characters, no '/', no control character, no leading dot.
[[nodiscard]] MaybeFailure check_link_name(std::string_view name);

class HostLink {
 public:
  HostLink() = default;
  HostLink(const HostLink&) = delete;
  HostLink& operator=(const HostLink&) = delete;
  ~HostLink() { remove(); }

  /// Makes or replaces the link; no program ever sees it missing or incomplete. Fails rather than replace anything that
  /// is not a symbolic link. `directory` must exist.
  [[nodiscard]] MaybeFailure create(const std::filesystem::path& directory, std::string_view name,
                                    const std::string& target);

  /// Removes it, unless another program has changed its target meanwhile.
  void remove();

  /// Leaves it in place for the next instance and forgets it.
  void keep() { path_.clear(); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }  ///< empty while there is none

 private:
  std::filesystem::path path_;
  std::string target_;
};

}  // namespace transport
