#include "gcode/line/fixed_text.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <type_traits>

using Text = gcode::line::FixedText<7>;

TEST_CASE("a fixed text truncates what does not fit") {
  CHECK(Text("M105").view() == "M105");
  CHECK(Text("1234567").view() == "1234567");
  CHECK(Text("12345678").view() == "1234567");
  CHECK(Text(std::string_view("a\0b", 3)).view().size() == 3);
}

TEST_CASE("a shorter text leaves no bytes of a longer one before it") {
  Text once("1234567");
  once.assign("ab");
  const Text fresh("ab");
  CHECK(once == fresh);
  CHECK(std::memcmp(&once, &fresh, sizeof(Text)) == 0);
  once.clear();
  CHECK(once.empty());
}

TEST_CASE("a fixed text is a plain value") { CHECK(std::is_trivially_copyable_v<Text>); }
