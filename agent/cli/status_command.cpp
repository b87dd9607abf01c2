#include "agent/cli/commands.h"

#include <csignal>
#include <cstdlib>
#include <limits>

#include <time.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/control/control_client.h"
#include "agent/process/port_users_answer.h"
#include "agent/status/status_view.h"
#include "agent/terminal/screen.h"

namespace agent::cli {
namespace {

using nlohmann::json;

volatile std::sig_atomic_t ended = 0;

/// The agent cannot see other users' processes; the calling user may.
void add_programs(json& status) {
  const pid_t agent = status["agent"].value("pid", 0);
  for (json& printer : status["printers"]) {
    if (!printer["host"].value("connected", false)) continue;
    json programs = json::array();
    for (const process::Program& program : process::programs_with_open(printer.value("host_port", ""), agent)) {
      programs.push_back({{"name", program.name}, {"pid", program.process}});
    }
    if (!programs.empty()) printer["host"]["programs"] = programs;
  }
}

class StatusCommand {
 public:
  StatusCommand(const StatusOptions& options, std::ostream& out, std::ostream& err)
      : options_(options),
        out_(out),
        err_(err),
        directories_(control::control_directories(options.runtime_dir, ::getenv)) {
    request_.printer = options.printer;
  }

  int once() {
    if (const auto refusal = ask()) return refuse(*refusal);
    if (options_.json) return print_json();
    terminal::TextStyle style;
    style.columns = std::numeric_limits<std::size_t>::max();  // a pipe has no width, and a terminal wraps
    style.color = ::isatty(STDOUT_FILENO) != 0 && terminal::Screen::wants_color();
    for (const std::string& line : status::draw_status(status_, style)) out_ << line << '\n';
    return 0;
  }

  int watch() {
    if (const auto refusal = ask()) return refuse(*refusal);
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { ended = 1; });
    return options_.json || !terminal::Screen::is_possible() ? watch_lines() : watch_screen();
  }

 private:
  std::optional<control::ControlAnswer> ask() {
    const control::ControlReply reply = control::ask_agent(directories_, request_);
    if (const auto* refusal = std::get_if<control::ControlAnswer>(&reply)) return *refusal;
    try {
      status_ = json::parse(std::get<std::string>(reply));
      add_programs(status_);
    } catch (const json::exception&) {
      return control::ControlAnswer{control::ControlCode::kUnavailable,
                                    "the agent's answer is not understood: is the agent of another version?"};
    }
    return std::nullopt;
  }

  int refuse(const control::ControlAnswer& answer) {
    err_ << "marlin-agent: " << answer.message << '\n';
    return control::exit_status(answer.code);
  }

  int print_json() {
    out_ << status_.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
    return 0;
  }

  int watch_lines() {
    for (;;) {
      if (options_.json) (void)print_json();
      else
        for (const json& printer : status_["printers"]) out_ << status::status_brief(printer) << '\n' << std::flush;
      wait();
      if (ended != 0 || !out_) return 0;
      if (const auto refusal = ask()) return refuse(*refusal);
    }
  }

  // Waits for an agent that restarts and shows that meanwhile.
  int watch_screen() {
    terminal::Screen screen;
    while (ended == 0) {
      const terminal::TextStyle style = screen.style();
      auto lines = status::draw_status(status_, style);
      if (lines.size() > style.rows) lines.resize(style.rows);
      screen.draw(lines);
      wait();
      if (const auto refusal = ask()) {
        screen.draw({refusal->message.substr(0, style.columns)});
        wait();
      }
    }
    return 0;
  }

  static void wait() {
    const timespec second{1, 0};
    if (ended == 0) ::nanosleep(&second, nullptr);  // a signal ends it
  }

  const StatusOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::vector<std::string> directories_;
  control::ControlRequest request_;
  json status_;
};

}  // namespace

int status(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  StatusCommand command(options, out, err);
  return options.watch ? command.watch() : command.once();
}

}  // namespace agent::cli
