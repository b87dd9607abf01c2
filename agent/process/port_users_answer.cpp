#include "agent/process/port_users_answer.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "gcode/line/scan.h"

namespace agent::process {
namespace {

constexpr std::size_t kMaxPrograms = 64;
constexpr int kMaxName = 32;
constexpr int kMaxRefusal = 100;
constexpr std::string_view kRefusal = "error ";
constexpr std::chrono::milliseconds kQuestionTime{2000};

std::string printable(std::string_view text, std::size_t longest) {
  std::string out(text.substr(0, longest));
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < ' ' || c == '\x7f'; }, '?');
  return out;
}

/// Without its newline; nothing if it is too long, too late or incomplete.
std::optional<std::string> read_question(int in) {
  const auto end = std::chrono::steady_clock::now() + kQuestionTime;
  std::string text;
  while (text.size() < kMaxPortQuestion) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{in, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    char bytes[kMaxPortQuestion];
    const ssize_t count = ::read(in, bytes, kMaxPortQuestion - text.size());
    if (count <= 0) return std::nullopt;
    text.append(bytes, static_cast<std::size_t>(count));
    if (const auto newline = text.find('\n'); newline != std::string::npos) return text.substr(0, newline);
  }
  return std::nullopt;
}

/// The reason why `path` is refused; empty: it is allowed.
std::string refusal(const std::string& path) {
  if (!is_serial_port_path(path)) return "not the path of a serial port";
  std::error_code error;
  if (std::filesystem::canonical(path, error).string() != path) return "not a canonical path";
  struct stat node {};
  if (::lstat(path.c_str(), &node) != 0 || !S_ISCHR(node.st_mode)) return "not a character device";
  return {};
}

int say(int out, std::string_view text) {
  return ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
}

namespace fs = std::filesystem;

pid_t process_of(const fs::path& directory) {
  const std::string name = directory.filename().string();
  pid_t process = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  return error == std::errc() && end == name.data() + name.size() ? process : 0;
}

struct Wanted {
  std::string path;
  std::string terminal;  ///< its number, if it is a pseudo-terminal
  dev_t device = 0;      ///< its number, if it is another device
};

Wanted wanted(const fs::path& file) {
  Wanted out{file.string(), {}, 0};
  struct stat node {};
  // /dev/pts, or the devpts in the agent's directory
  if (file.parent_path().filename() == "pts") out.terminal = file.filename().string();
  else if (::lstat(file.c_str(), &node) == 0 && S_ISCHR(node.st_mode)) out.device = node.st_rdev;
  return out;
}

/// Opens nothing, and asks no file server, which may not answer: a user's FUSE, a network.
bool is_device(const fs::path& fd, dev_t device) {
  struct statx node {};
  if (::statx(AT_FDCWD, fd.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &node) != 0) return false;
  return S_ISCHR(node.stx_mode) && ::makedev(node.stx_rdev_major, node.stx_rdev_minor) == device;
}

/// A value in the kernel's description of a descriptor; empty: not there, or the descriptor is closed.
std::string detail(const fs::path& process, const fs::path& fd, const std::string& key) {
  std::ifstream info(process / "fdinfo" / fd.filename());
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with(key)) continue;
    const auto begin = line.find_first_not_of(" \t", key.size());
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

/// Not a descriptor that only refers to the file (O_PATH): any user can have one, without rights to the file.
bool is_open(const fs::path& process, const fs::path& fd) {
  const std::string flags = detail(process, fd, "flags:");
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(flags.data(), flags.data() + flags.size(), bits, 8);
  return end != flags.data() && error == std::errc() && (bits & unsigned{O_PATH}) == 0;
}

/// Whether `fd`, which is a multiplexer, is the other end of that pseudo-terminal.
bool is_other_end(const fs::path& process, const fs::path& fd, const std::string& terminal) {
  return detail(process, fd, "tty-index:") == terminal;
}

// A device is recognised by its number: under its path a user may have another file, and a program in a chroot has the
// device under another path. Anything else is recognised by its path. Reading the link costs nothing; opening it would
// open a device.
bool has_open(const fs::path& process, const Wanted& file) {
  bool has = false;
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(it->path(), gone).string();
    if (!target.starts_with('/')) continue;  // a socket, a pipe
    if (file.device != 0) {
      if (is_device(it->path(), file.device) && is_open(process, it->path())) return true;
    } else if (target == file.path) {
      has = has || is_open(process, it->path());
    } else if (!file.terminal.empty() && target.starts_with("/dev/") && target.ends_with("ptmx") &&
               is_other_end(process, it->path(), file.terminal)) {
      return false;
    }
  }
  return has;
}

std::string name_of(const fs::path& process) {
  std::ifstream file(process / "comm");
  std::string name;
  std::getline(file, name);
  return name.empty() ? "a program" : name;
}

}  // namespace

bool is_serial_port_path(std::string_view path) {
  for (const std::string_view kind : {"/dev/ttyACM", "/dev/ttyUSB", "/dev/ttyAMA", "/dev/ttyS"}) {
    if (!path.starts_with(kind)) continue;
    const std::string_view number = path.substr(kind.size());
    if (!number.empty() && number.size() <= 4 && std::all_of(number.begin(), number.end(), gcode::line::is_digit))
      return true;
  }
  return false;
}

std::string port_users_answer(const std::vector<Program>& programs) {
  std::string out;
  for (std::size_t i = 0; i < std::min(programs.size(), kMaxPrograms); ++i) {
    out += std::to_string(programs[i].process) + ' ' + printable(programs[i].name, kMaxName) + '\n';
  }
  return out + "end\n";
}

std::optional<PortUsersAnswer> parse_port_users_answer(std::string_view answer) {
  PortUsersAnswer out;
  if (answer.starts_with(kRefusal)) {
    if (answer.find('\n') != answer.size() - 1) return std::nullopt;
    out.refusal = printable(answer.substr(kRefusal.size(), answer.size() - kRefusal.size() - 1), kMaxRefusal);
    return out.refusal.empty() ? std::nullopt : std::optional(std::move(out));
  }
  while (out.programs.size() <= kMaxPrograms) {
    const auto newline = answer.find('\n');
    if (newline == std::string_view::npos) return std::nullopt;
    const std::string_view line = answer.substr(0, newline);
    answer.remove_prefix(newline + 1);
    if (line == "end") return answer.empty() ? std::optional(std::move(out)) : std::nullopt;
    Program program;
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), program.process);
    if (error != std::errc() || program.process <= 0 || rest == line.data() + line.size() || *rest != ' ')
      return std::nullopt;
    if (line.data() + line.size() - rest > kMaxName + 1) return std::nullopt;
    program.name = printable({rest + 1, line.data() + line.size()}, kMaxName);
    out.programs.push_back(std::move(program));
  }
  return std::nullopt;
}

int answer_port_users(int in, int out) {
  const auto path = read_question(in);
  if (!path) return say(out, "error the request is not a line of at most 255 bytes, or came too late\n"), 1;
  if (const std::string why = refusal(*path); !why.empty()) return say(out, "error " + why + '\n'), 1;
  return say(out, port_users_answer(programs_with_open(*path)));
}

std::vector<Program> programs_with_open(const std::string& path, pid_t except) {
  std::vector<Program> out;
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error) return out;
  const Wanted sought = wanted(file);
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const pid_t process = process_of(it->path());
    if (process == 0 || process == except || process == ::getpid()) continue;
    if (has_open(it->path(), sought)) out.push_back({name_of(it->path()), process});
  }
  std::sort(out.begin(), out.end(), [](const Program& a, const Program& b) { return a.process < b.process; });
  return out;
}

std::string program_names(const std::vector<Program>& programs) {
  std::string out;
  for (const Program& program : programs) {
    out += (out.empty() ? "" : ", ") + program.name + " (process " + std::to_string(program.process) + ')';
  }
  return out;
}

}  // namespace agent::process
