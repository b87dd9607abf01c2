// The protocol between the agent and its helper (marlin-agent-port-users@.service), which finds the programs that have
// a serial port open. The helper is root and may inspect every process; the agent may not. One request line, one
// answer, then the connection ends:
//
//   /dev/ttyACM0        812 pronsole          error not the path of a serial port
//                       900 avrdude
//                       end
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/process/open_elsewhere.h"

namespace agent::process {

/// Where the helper's socket unit listens.
inline constexpr const char* kPortUsersSocket = "/run/marlin-agent-port-users.sock";
/// Longest request in bytes, with its newline.
inline constexpr std::size_t kMaxPortQuestion = 256;
/// Longest answer in bytes: 64 programs and the last line.
inline constexpr std::size_t kMaxPortAnswer = 4096;

/// Whether a request for `path`, which must be canonical, is allowed: the node of a UART or a USB serial port directly
/// in /dev, by its name. The helper gives information about no other file.
[[nodiscard]] bool is_serial_port_path(std::string_view path);

struct PortUsersAnswer {
  std::vector<Program> programs;
  std::string refusal;  ///< why the helper answers nothing about this path (its node has vanished); empty: it answered
};

/// The complete answer. At most 64 programs; control characters in names become '?'.
[[nodiscard]] std::string port_users_answer(const std::vector<Program>& programs);
/// Nothing if `answer` is incomplete or not an answer.
[[nodiscard]] std::optional<PortUsersAnswer> parse_port_users_answer(std::string_view answer);

/// The helper's work: reads the request from `in` (two seconds at most), writes the answer to `out`. Returns an exit
/// status.
int answer_port_users(int in, int out);

}  // namespace agent::process
