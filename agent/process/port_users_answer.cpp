#include "agent/process/port_users_answer.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>

#include <poll.h>
#include <sys/stat.h>
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

}  // namespace agent::process
