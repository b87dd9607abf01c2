// The terminal that the demo draws on: the alternate screen without a cursor, given back as it was. Where standard output
// is no terminal (a pipe, a file, TERM=dumb) there is no screen, only lines.
#pragma once

#include <string>
#include <vector>

#include "agent/terminal/styled_text.h"

namespace agent::terminal {

class Screen {
 public:
  Screen();
  ~Screen();  ///< leave()
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Standard output is a terminal that can be drawn on.
  [[nodiscard]] static bool is_possible();
  /// By NO_COLOR.
  [[nodiscard]] static bool wants_color();
  /// Something can be drawn; otherwise lines are printed.
  [[nodiscard]] bool is_live() const { return live_; }
  /// Size as it is now, colours by NO_COLOR.
  [[nodiscard]] TextStyle style() const;
  /// Puts `lines` in place of what was drawn before. Only while is_live().
  void draw(const std::vector<std::string>& lines);
  /// Shows the user's own screen again, with everything that was on it. Nothing is drawn after it.
  void leave();

 private:
  bool live_;
};

}  // namespace agent::terminal
