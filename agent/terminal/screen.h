// The terminal that the demo draws on: the alternate screen without a cursor; the user's screen is restored at the end.
// If standard output is not a terminal (a pipe, a file, TERM=dumb) there is no screen, only lines.
#pragma once

#include <string>
#include <vector>

#include "agent/terminal/styled_text.h"

namespace agent::terminal {

class Screen {
 public:
  Screen();
  ~Screen() { leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Whether standard output is a terminal that can be drawn on.
  [[nodiscard]] static bool is_possible();
  /// False if NO_COLOR is set.
  [[nodiscard]] static bool wants_color();
  /// Whether the screen can be drawn; otherwise lines are printed.
  [[nodiscard]] bool is_live() const { return live_; }
  /// Current size; colours by NO_COLOR.
  [[nodiscard]] TextStyle style() const;
  /// Replaces what was drawn before by `lines`. Only while is_live().
  void draw(const std::vector<std::string>& lines);
  /// Restores the user's screen with its content. Nothing is drawn after it.
  void leave();

 private:
  bool live_;
};

}  // namespace agent::terminal
