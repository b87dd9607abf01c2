// Sub-commands that are programs of their own, so that the daemon carries neither an HTTP client (export, metrics) nor the
// virtual printers (demo) in its memory. This finds such a program and becomes it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace agent::cli {

/// The command line goes to the other program as it is.
struct OtherProgram {};

/// The program that the sub-command `word` is: "marlin-agent-tools", "marlin-agent-demo", or nothing.
[[nodiscard]] std::optional<std::string_view> other_program(std::string_view word);

/// Where `program` is looked for, in this order: beside the program `self` (a build), in the libexec directory of
/// the same prefix, in /usr/libexec/marlin-agent.
[[nodiscard]] std::vector<std::string> program_places(std::string_view program, const std::string& self);

/// Does not return if `program` could be started; otherwise 1 with a sentence on `err`.
int become(std::string_view program, char** argv, std::ostream& err);

}  // namespace agent::cli
