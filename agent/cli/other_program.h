// Sub-commands that are separate programs, so that the daemon's memory holds neither an HTTP client (export, metrics)
// nor the virtual printers (demo). Finds such a program and replaces this process with it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace agent::cli {

/// The command line goes to the other program unchanged.
struct OtherProgram {};

/// The program of the sub-command `word`: "marlin-agent-tools", "marlin-agent-demo", or nothing.
[[nodiscard]] std::optional<std::string_view> other_program(std::string_view word);

/// The paths that are tried for `program`, in this order: beside the program `self` (a build), in the libexec directory
/// of the same prefix, in /usr/libexec/marlin-agent.
[[nodiscard]] std::vector<std::string> program_places(std::string_view program, const std::string& self);

/// Does not return if `program` could be started; otherwise 1 with a sentence on `err`.
int become(std::string_view program, char** argv, std::ostream& err);

}  // namespace agent::cli
