// The directories that the agent writes to: created if missing, and checked to be usable before anything else starts.
#pragma once

#include <optional>
#include <string>

namespace agent::process {

/// Nothing if `dir` exists or could be made (parents included, `mode` for itself) and may be written to.
/// Otherwise a sentence: "cannot use the runtime directory /run/marlin-agent: Permission denied (choose another with
/// --runtime-dir)".
[[nodiscard]] std::optional<std::string> make_directory(const std::string& dir, unsigned mode, const std::string& what,
                                                        const std::string& option);
/// The same for a directory whose files the agent trusts: it must belong to this user or to root, and not every user may
/// write to it. Otherwise another user could replace a file with a link to any file of the agent.
[[nodiscard]] std::optional<std::string> make_own_directory(const std::string& dir, unsigned mode,
                                                            const std::string& what, const std::string& option);

}  // namespace agent::process
