#include "agent/control/control_client.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/config/config_values.h"
#include "agent/process/clock.h"
#include "gcode/line/enum_array.h"

namespace agent::control {
namespace {

/// A little longer than the limit of the agent.
constexpr gcode::line::Time kPatience = std::chrono::seconds(12);
/// Far beyond the status of 256 printers.
constexpr std::size_t kLongestAnswer = 16 << 20;

std::string socket_in(const std::string& directory) {
  return directory + '/' + std::string(config::kControlSocketName);
}

ControlAnswer unavailable(std::string sentence) { return {ControlCode::kUnavailable, std::move(sentence)}; }

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry == nullptr ? "number " + std::to_string(::geteuid()) : entry->pw_name;
}

std::string group_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "its group";
  const group* entry = ::getgrgid(status.st_gid);
  return entry == nullptr ? "group number " + std::to_string(status.st_gid) : "group " + std::string(entry->gr_name);
}

// The kernel refuses by the mode of the socket, before the agent can answer.
ControlAnswer not_allowed(const std::string& path) {
  return {ControlCode::kForbidden, "user " + user_name() + " may not use " + path +
                                       ": only root, the agent's own user and members of " + group_of(path) +
                                       " may (for example with sudo)"};
}

struct Connection {
  transport::FileDescriptor socket;
  int error = 0;
};

Connection connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {{}, ENAMETOOLONG};
  path.copy(address.sun_path, path.size());
  transport::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return {{}, errno};
  const timeval limit{static_cast<time_t>(kPatience.count() / 1'000'000), 0};  // a full backlog, a stopped agent
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {{}, errno};
  return {std::move(socket), 0};
}

/// A line, and in `rest` what came behind it; nothing: end of file or timeout.
std::optional<std::string> read_line(int fd, std::string& rest) {
  const gcode::line::Time deadline = process::monotonic_now() + kPatience;
  std::string in;
  char buffer[16384];
  while (in.size() < kLongestAnswer) {
    pollfd ready{fd, POLLIN, 0};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - process::monotonic_now()).count();
    const int events = ::poll(&ready, 1, static_cast<int>(std::max<long long>(left, 0)));
    if (events < 0 && errno == EINTR) continue;
    if (events <= 0) return std::nullopt;
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    in.append(buffer, static_cast<std::size_t>(count));
    const std::size_t end = in.find('\n', in.size() - static_cast<std::size_t>(count));
    if (end == std::string::npos) continue;
    rest = in.substr(end + 1);
    in.resize(end);
    return in;
  }
  return std::nullopt;
}

using Opened = std::variant<ControlStream, ControlAnswer>;

Opened talk(transport::FileDescriptor socket, const std::string& path, const ControlRequest& request) {
  const std::string line = control_request_line(request);
  // A refusal may arrive before the request is sent: read it in any case.
  (void)::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL);
  std::string rest;
  auto answer = read_line(socket.get(), rest);
  if (!answer) return unavailable("the agent at " + path + " does not answer");
  const auto parsed = parse_control_answer(*answer);
  if (!parsed) return unavailable("what answers at " + path + " is not marlin-agent");
  if (!parsed->is_ok()) return *parsed;
  return ControlStream{std::move(socket), std::move(*answer), std::move(rest)};
}

ControlAnswer not_running(const std::vector<std::string>& directories) {
  std::string places;
  for (const std::string& directory : directories) places += (places.empty() ? "" : " and ") + socket_in(directory);
  return unavailable("the agent is not running: nothing answers at " + places +
                     " (another directory: --runtime-dir DIR)");
}

}  // namespace

int exit_status(ControlCode code) {
  constexpr gcode::line::EnumArray<ControlCode, int> kStatus{
      0, kExitNoAgent, kExitNoAgent, kExitUnknownPrinter, kExitRefused, kExitRefused, kExitRefused, kExitNoAgent};
  return kStatus[code];
}

std::vector<std::string> control_directories(const std::optional<std::string>& chosen,
                                             const config::Environment& environment) {
  if (chosen) return {*chosen};
  std::vector<std::string> out{config::default_runtime_dir(environment)};
  if (out.front() != config::kSystemRuntimeDir) out.emplace_back(config::kSystemRuntimeDir);
  return out;
}

Opened open_stream(const std::vector<std::string>& directories, const ControlRequest& request) {
  for (const std::string& directory : directories) {
    const std::string path = socket_in(directory);
    Connection connection = connect_to(path);
    if (connection.socket) return talk(std::move(connection.socket), path, request);
    if (connection.error == EACCES || connection.error == EPERM) return not_allowed(path);
    if (connection.error == EAGAIN) return unavailable("the agent at " + path + " does not answer");
  }
  return not_running(directories);
}

ControlReply ask_agent(const std::vector<std::string>& directories, const ControlRequest& request) {
  auto opened = open_stream(directories, request);
  if (auto* refusal = std::get_if<ControlAnswer>(&opened)) return std::move(*refusal);
  return std::move(std::get<ControlStream>(opened).answer);
}

}  // namespace agent::control
