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

#include <sys/types.h>

namespace agent::process {

// Which programs have a file open, from /proc: root sees all of them, another user only that user's own.

struct Program {
  std::string name;  ///< as in the kernel, at most 15 characters
  pid_t process = 0;
};

/// The programs that have the target of `path` open, except this process and `except` (0: none). In order of process
/// number. The holder of the other end of a pseudo-terminal does not count: it is the device itself. Opens no device.
[[nodiscard]] std::vector<Program> programs_with_open(const std::string& path, pid_t except = 0);

/// "octoprint (process 812)", several joined by ", ".
[[nodiscard]] std::string program_names(const std::vector<Program>& programs);

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
