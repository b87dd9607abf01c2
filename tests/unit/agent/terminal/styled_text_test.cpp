#include "agent/terminal/styled_text.h"

#include <catch2/catch.hpp>

namespace {

using agent::terminal::Style;
using agent::terminal::StyledText;

TEST_CASE("a line takes as many characters as the terminal is wide, styles not counted") {
  agent::terminal::TextStyle style;
  style.columns = 6;
  style.color = true;
  CHECK(StyledText(style).add("abc").add("defgh", Style::kBold).add("never").take() == "abc\x1b[1mdef\x1b[0m");
}

TEST_CASE("labels are aligned in a column") {
  CHECK(agent::terminal::labelled({}, "bed").add("60").take() == "  bed         60");
  CHECK(agent::terminal::labelled({}, "temperature!").add("60").take() == "  temperature!60");
}

}  // namespace
