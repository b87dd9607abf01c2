// The client of the control socket: finds a running agent and sends it one request. If that fails, returns the reason
// in one sentence. Blocks, with a time limit; no thread, no Asio.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/config/run_configuration.h"
#include "agent/control/control_protocol.h"
#include "transport/file_descriptor.h"

namespace agent::control {

/// Exit status of the commands that talk to an agent.
inline constexpr int kExitNoAgent = 1, kExitUnknownPrinter = 3, kExitRefused = 4;
[[nodiscard]] int exit_status(ControlCode code);

/// The directories to search, in this order: only `chosen`, or this user's own runtime directory and the system's.
[[nodiscard]] std::vector<std::string> control_directories(const std::optional<std::string>& chosen,
                                                           const config::Environment& environment);

/// The agent's answer as its line without newline ("ok" is true there), or why there is none.
using ControlReply = std::variant<std::string, ControlAnswer>;

/// An agent's answer, and the connection that it came on.
struct ControlStream {
  transport::FileDescriptor socket;
  std::string answer;
  std::string rest;  ///< what came behind it already
};

/// Asks the first agent that answers in one of `directories`.
[[nodiscard]] std::variant<ControlStream, ControlAnswer> open_stream(const std::vector<std::string>& directories,
                                                                     const ControlRequest& request);
/// The same without the connection.
[[nodiscard]] ControlReply ask_agent(const std::vector<std::string>& directories, const ControlRequest& request);

}  // namespace agent::control
