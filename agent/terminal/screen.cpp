#include "agent/terminal/screen.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace agent::terminal {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

// If the terminal takes no bytes, only this picture is lost.
void put(std::string_view text) {
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
}

}  // namespace

bool Screen::is_possible() {
  return ::isatty(STDOUT_FILENO) != 0 && !variable("TERM").empty() && variable("TERM") != "dumb";
}

bool Screen::wants_color() { return variable("NO_COLOR").empty(); }

Screen::Screen() : live_(is_possible()) {
  if (live_) put("\x1b[?1049h\x1b[?25l\x1b[2J");
}

void Screen::leave() {
  if (std::exchange(live_, false)) put("\x1b[?25h\x1b[?1049l");
}

TextStyle Screen::style() const {
  TextStyle style;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    style.columns = size.ws_col;
    style.rows = size.ws_row;
  }
  style.color = wants_color();
  return style;
}

void Screen::draw(const std::vector<std::string>& lines) {
  std::string picture = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) picture += "\r\n";
    picture += lines[i] + "\x1b[K";
  }
  put(picture + "\x1b[J");
}

}  // namespace agent::terminal
