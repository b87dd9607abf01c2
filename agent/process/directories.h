// The directories that the agent writes to: made if they are missing, and found usable before anything else begins.
#pragma once

#include <optional>
#include <string>

namespace agent::process {

/// Nothing if `dir` is there (or could be made, parents included, with `mode` for itself) and may be written to.
/// Otherwise a sentence: "cannot use the runtime directory /run/marlin-agent: Permission denied (choose another with
/// --runtime-dir)".
[[nodiscard]] std::optional<std::string> make_directory(const std::string& dir, unsigned mode, const std::string& what,
                                                        const std::string& option);

}  // namespace agent::process
