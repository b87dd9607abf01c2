// `marlin-agent export` and `marlin-agent metrics`: a program of their own, marlin-agent-tools, so that the
// daemon carries no HTTP client in its memory. This finds it and becomes it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// The command line goes to the other program as it is.
struct ToolsOptions {};

[[nodiscard]] bool is_tools_command(std::string_view word);

/// Where marlin-agent-tools is looked for, in this order: beside the program `self` (a build), in the libexec
/// directory of the same prefix, in /usr/libexec/marlin-agent.
[[nodiscard]] std::vector<std::string> tools_places(const std::string& self);

/// Does not return if the other program could be started; otherwise 1 with a sentence on `err`.
int become_tools(char** argv, std::ostream& err);

}  // namespace agent
