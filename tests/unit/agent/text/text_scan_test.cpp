#include "agent/text/text_scan.h"

#include <catch2/catch.hpp>

#include <cstdint>

TEST_CASE("parts are taken one by one without the blanks around them") {
  std::string_view rest = " gzip;q=1 ,\tbr , , x";
  CHECK(agent::text::next_part(rest, ',') == "gzip;q=1");
  CHECK(agent::text::next_part(rest, ',') == "br");
  CHECK(agent::text::next_part(rest, ',').empty());
  CHECK(agent::text::next_part(rest, ',') == "x");
  CHECK(rest.empty());
  CHECK(agent::text::next_part(rest, ',').empty());
  CHECK(agent::text::trim_blanks(" \t ").empty());
}

TEST_CASE("letters and digits are those of ASCII") {
  CHECK(agent::text::lower("GZip-\xC4Z") == "gzip-\xC4z");
  for (const char c : {'0', '9', 'a', 'z', 'A', 'Z'}) CHECK(agent::text::is_alnum(c));
  for (const char c : {'/', ':', '@', '[', '`', '{', '_', '\xC4', '\0'}) CHECK_FALSE(agent::text::is_alnum(c));
  CHECK(agent::text::hex_value('9') == 9);
  CHECK(agent::text::hex_value('f') == 15);
  CHECK(agent::text::hex_value('A') == 10);
  for (const char c : {'g', 'G', '/', ':', '@', '`', '\0', '\xFF'}) CHECK(agent::text::hex_value(c) == -1);
}

TEST_CASE("a number is the whole of its text") {
  CHECK(agent::text::parse_number<unsigned>("65535") == 65535U);
  CHECK(agent::text::parse_number<std::uint16_t>("2c99", 16) == 0x2C99);
  CHECK(agent::text::parse_number<double>("1.5") == 1.5);
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "1x", "4294967296"})
    CHECK_FALSE(agent::text::parse_number<unsigned>(text));
}
