// Numbers as firmwares and hosts write them.
#include "gcode/line/scan.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <string>

namespace {

bool decimal(std::string_view text, double& value, std::string_view& rest) {
  rest = text;
  return gcode::line::take_decimal(rest, value);
}

}  // namespace

TEST_CASE("decimals are read in every form, and the rest of the text is returned") {
  double value = 0;
  std::string_view rest;
  CHECK((decimal("25.5 /0.0", value, rest) && value == 25.5 && rest == " /0.0"));
  CHECK((decimal("-14.82", value, rest) && value == -14.82 && rest.empty()));
  CHECK((decimal(".3*", value, rest) && value == 0.3 && rest == "*"));
  CHECK((decimal("5.", value, rest) && value == 5 && rest.empty()));
  CHECK((decimal("+2E5", value, rest) && value == 2 && rest == "E5"));
  for (const char* none : {"", "-", ".", "-.", "x", "1234567890123456", "0.1234567890123456"}) {
    INFO(none);
    CHECK_FALSE(decimal(none, value, rest));
    CHECK(rest == none);
  }
}

TEST_CASE("a decimal has the same value as from the standard library") {
  std::mt19937 random(1);
  for (int round = 0; round < 100000; ++round) {
    std::string text = random() % 2 ? "-" : "";
    text.append(std::to_string(random() % 100000)).append(1, '.').append(std::to_string(random() % 1000000));
    double value = 0;
    std::string_view rest;
    REQUIRE(decimal(text, value, rest));
    REQUIRE(value == std::strtod(text.c_str(), nullptr));
  }
}

TEST_CASE("integers are read with sign, and refused out of range") {
  std::int64_t value = 0;
  std::string_view rest = "-12x";
  CHECK((gcode::line::take_integer(rest, value) && value == -12 && rest == "x"));
  for (const char* none : {"", "-", "x", "1234567890123456789"}) {
    rest = none;
    CHECK_FALSE(gcode::line::take_integer(rest, value));
    CHECK(rest == none);
  }
}

TEST_CASE("line ends and blanks are stripped, other bytes are not") {
  CHECK(gcode::line::strip_terminator("a\r\r\n") == "a");
  CHECK(gcode::line::strip_terminator(" a \n") == " a ");
  CHECK(gcode::line::trim_blanks(" \ta b\t ") == "a b");
  CHECK(gcode::line::trim_blanks("  ").empty());
  CHECK(gcode::line::equal_ignoring_case("GcO", "gCo"));
  CHECK_FALSE(gcode::line::equal_ignoring_case("gc", "gco"));
}
