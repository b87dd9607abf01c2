#include "agent/cli/commands.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <limits>

#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/control/control_client.h"
#include "agent/terminal/screen.h"

namespace agent::cli {
namespace {

volatile std::sig_atomic_t ended = 0;

/// SIGINT and SIGTERM set `ended` and arrive only within wait_readable(), so that none is missed in between.
class EndSignals {
 public:
  EndSignals() {
    struct sigaction action {};
    action.sa_handler = [](int) { ended = 1; };
    sigset_t both;
    sigemptyset(&both);
    for (const int signal : {SIGINT, SIGTERM}) {
      sigaddset(&both, signal);
      ::sigaction(signal, &action, nullptr);
    }
    ::pthread_sigmask(SIG_BLOCK, &both, &otherwise_);
  }

  /// False: a signal came.
  [[nodiscard]] bool wait_readable(int fd) const {
    pollfd ready{fd, POLLIN, 0};
    while (ended == 0 && ::ppoll(&ready, 1, nullptr, &otherwise_) <= 0) {}
    return ended == 0;
  }

 private:
  sigset_t otherwise_{};
};

// The longest line of the stream: 4 kB of the wire, six characters for each byte.
constexpr std::size_t kLongestLine = 1 << 20;

class WatchCommand {
 public:
  WatchCommand(const WatchOptions& options, std::ostream& out, std::ostream& err)
      : options_(options),
        out_(out),
        err_(err),
        directories_(control::control_directories(options.runtime_dir, ::getenv)) {}

  int run() {
    control::ControlRequest request;
    request.printer = options_.printer;
    const control::ControlReply status = control::ask_agent(directories_, request);
    if (const auto* refusal = std::get_if<control::ControlAnswer>(&status)) return refuse(*refusal);
    request.verb = control::ControlVerb::kWatch;
    const EndSignals signals;
    auto opened = control::open_stream(directories_, request);
    if (const auto* refusal = std::get_if<control::ControlAnswer>(&opened)) return refuse(*refusal);
    recording::WatchView view(options_.filter, style(), firmware_in(std::get<std::string>(status)));
    return show(std::get<control::ControlStream>(opened), view, signals);
  }

 private:
  static std::string firmware_in(const std::string& status) {
    using namespace nlohmann::literals;
    const auto json = nlohmann::json::parse(status, nullptr, false);
    if (!json.is_object() || !json.contains("/printers/0"_json_pointer)) return {};
    return json["/printers/0"_json_pointer].value("firmware", "");
  }

  static terminal::TextStyle style() {
    terminal::TextStyle style;
    style.columns = std::numeric_limits<std::size_t>::max();  // a pipe has no width, and a terminal wraps
    style.color = ::isatty(STDOUT_FILENO) != 0 && terminal::Screen::wants_color();
    return style;
  }

  int refuse(const control::ControlAnswer& answer) {
    err_ << "marlin-agent: " << answer.message << '\n';
    return control::exit_status(answer.code);
  }

  int show(control::ControlStream& stream, recording::WatchView& view, const EndSignals& signals) {
    std::string& in = stream.rest;
    for (;;) {
      if (!show_lines(in, view))
        return refuse({control::ControlCode::kUnavailable,
                       "the agent's answer is not understood: is the agent of another version?"});
      if (!out_ || !signals.wait_readable(stream.socket.get())) return 0;
      char buffer[16384];
      const ssize_t count = ::read(stream.socket.get(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        return refuse({control::ControlCode::kUnavailable,
                       "the agent ended, or " + options_.printer + " was removed or has another device now"});
      }
      in.append(buffer, static_cast<std::size_t>(count));
    }
  }

  /// Shows the complete lines of `in` and removes them. False: it is not the agent's stream.
  bool show_lines(std::string& in, recording::WatchView& view) {
    std::string text, notes;
    std::size_t done = 0;
    for (std::size_t end = in.find('\n'); end != std::string::npos; end = in.find('\n', done)) {
      const std::string_view line = std::string_view(in).substr(done, end - done);
      if (!(options_.raw ? view.take_raw(line, text, notes) : view.take(line, text))) return false;
      done = end + 1;
    }
    in.erase(0, done);
    if (!text.empty()) out_ << text << std::flush;
    if (!notes.empty()) err_ << notes << std::flush;
    return in.size() < kLongestLine;
  }

  const WatchOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::vector<std::string> directories_;
};

}  // namespace

int watch(const WatchOptions& options, std::ostream& out, std::ostream& err) {
  return WatchCommand(options, out, err).run();
}

}  // namespace agent::cli
